"""The parts of a node that one answer may have: a screen of it. Floor: translators."""
