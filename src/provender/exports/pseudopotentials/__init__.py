"""Pseudopotentials. Floor: exports."""
