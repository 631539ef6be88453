"""The contents of files: containers, archives, streams. Floor: store."""
