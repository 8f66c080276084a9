"""Comparing customers with lists of restricted parties. WHS-20 to WHS-28."""
