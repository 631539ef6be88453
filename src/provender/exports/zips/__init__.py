"""Zip files written while they are sent, their length known before. Floor: exports."""
