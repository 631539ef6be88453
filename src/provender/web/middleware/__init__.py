"""What stands around the application. Floor: web."""
