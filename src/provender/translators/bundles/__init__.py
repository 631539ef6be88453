"""Zips of many nodes: their files, and what is told of them. Floor: translators."""
