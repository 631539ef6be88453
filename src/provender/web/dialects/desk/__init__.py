"""Routes of the process desk, a module for each subject. Floor: web."""
