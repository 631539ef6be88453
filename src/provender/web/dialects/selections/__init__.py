"""Routes that take a selection of nodes, a module for each subject. Floor: web."""
