"""Who asks, and what they may read. Floor: web."""
