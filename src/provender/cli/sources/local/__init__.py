"""Answers of a store that is opened in this process. Floor: cli."""
