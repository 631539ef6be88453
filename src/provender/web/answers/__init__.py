"""Building answers and errors. Floor: web."""
