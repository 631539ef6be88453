"""What is served to those who run the server. Floor: web."""
