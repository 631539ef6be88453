"""Serving an application on waitress: bounded for every client, however slow. Floor: web."""
