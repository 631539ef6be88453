"""Special keys of the routes that take a selection, a module for each subject. Floor: query."""
