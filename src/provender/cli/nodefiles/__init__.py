"""The commands on the files of one node: `ls`, `cat` and `get`. Floor: cli."""
