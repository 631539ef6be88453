"""From the text of a request to SQL; never opens a connection. Floor: query."""
