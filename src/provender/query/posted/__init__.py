"""From a posted body to the query dict. Floor: query."""
