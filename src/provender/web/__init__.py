"""The only floor that knows HTTP. Floor: web."""
