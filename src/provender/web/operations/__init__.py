"""Routes for those who operate the server. Floor: web."""
