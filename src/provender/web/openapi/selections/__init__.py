"""Schemas of the routes that take a selection of nodes, a module for each. Floor: web."""
