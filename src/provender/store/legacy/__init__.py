"""Archives of older versions, read as today's. Floor: store."""
