"""The third front end: selections of nodes as posted JSON. Floor: query."""
