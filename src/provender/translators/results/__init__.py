"""What processes gave and were given: lists of it, and its formats. Floor: translators."""
