"""Bands and k-points. Floor: exports."""
