"""Following a store: which nodes were written since the last time. Floor: translators."""
