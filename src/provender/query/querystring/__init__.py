"""From the text of a query string to the query dict. Floor: query."""
