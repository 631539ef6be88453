"""Archives of versions 0.1 to 0.13, written by the tests, and what they must be read as."""
