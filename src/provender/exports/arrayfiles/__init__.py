"""Slices of stored arrays, read as ranges of bytes and written in formats. Floor: exports."""
