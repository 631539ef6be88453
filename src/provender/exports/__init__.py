"""Pure functions: attributes and files of a node in, bytes or properties out. Floor: exports."""
