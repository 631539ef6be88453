"""The commands that write: filling an empty database, adding indexes, archives. Floor: loading."""
