"""A process with all that it called, as a tree of files. Floor: translators."""
