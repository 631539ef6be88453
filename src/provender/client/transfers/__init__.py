"""Files of nodes, selections as files, folders that follow a selection. Floor: client."""
