"""Archives of AiiDA that are written: `main_0001`, a zip file. Floor: loading."""
