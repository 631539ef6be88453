"""The description of the interface, made from its routes. Floor: web."""
