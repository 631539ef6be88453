"""Conditions and options as servers read them. Floor: client."""
