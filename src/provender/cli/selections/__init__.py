"""Commands that take a selection of nodes. Floor: cli."""
