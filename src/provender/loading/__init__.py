"""The two commands that write: filling an empty database, adding indexes. Floor: loading."""
