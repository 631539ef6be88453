"""What servers answer, as lists, objects, tables and arrays. Floor: client."""
