"""Selections of a store from Python, without a server. Floor: python."""
