"""What changed from one version to the next, a small function each. Floor: store."""
