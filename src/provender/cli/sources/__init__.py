"""Where the answers of a command come from. Floor: cli."""
