"""Nodes, processes and all else that a store has. Floor: client."""
