"""From the query dict to a checked plan. Floor: query."""
