"""Structures and trajectories. Floor: exports."""
