"""What is true about the business: pure, no clock, no I/O, no Temporal."""
