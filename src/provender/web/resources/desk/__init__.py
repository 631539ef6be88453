"""Handlers of the process desk: what AiiDA's own server does not answer. Floor: web."""
