"""From a plan to SQL. Floor: query."""
