"""The process desk on the shell: it asks a store directly, without a server. Floor: cli."""
