"""What is true about the business: pure, no clock, no I/O, no Temporal; one source of time zones for whoever asks."""

from zoneinfo import ZoneInfo, reset_tzpath

reset_tzpath(to=())
ZoneInfo.clear_cache()
"""Zone rules come from the pinned package tzdata in every process, never from files of the operating system: those
differ from it and from each other. What another library has read before counts no more. ADR 5."""
