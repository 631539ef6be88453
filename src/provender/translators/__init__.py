"""From a typed request to a question, and from rows to records. Floor: translators."""
