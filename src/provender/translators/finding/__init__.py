"""Files of all nodes: found by name and size, and by what is in them. Floor: translators."""
