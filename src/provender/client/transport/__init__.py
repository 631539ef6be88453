"""Requests to a server, and what it answers. Floor: client."""
