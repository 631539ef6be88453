"""SQLite files, and the functions that SQLite lacks. Floor: store."""
