"""Archives for AiiDA: nodes of a selection, with all that belongs to them. Floor: translators."""
