"""Measurements of a scan beside those of other tools."""
