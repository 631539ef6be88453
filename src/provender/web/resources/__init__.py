"""The resources: one class for each kind of thing, one method for each route. Floor: web."""
