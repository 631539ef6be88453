"""Special keys of the routes of the process desk, a module for each subject. Floor: query."""
