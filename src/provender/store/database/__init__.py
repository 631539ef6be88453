"""Reading a database in read-only snapshots. Floor: store."""
