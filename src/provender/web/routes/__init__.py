"""The dialects as data. Floor: web."""
