"""What can be asked of all nodes of a selection at once. Floor: translators."""
