"""Reading databases and files, without ever writing. Floor: store."""
