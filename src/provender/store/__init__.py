"""What is on disk and in the database, read only. Floor: store."""
