"""Answers of a server that the user has named. Floor: cli."""
