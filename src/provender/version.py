"""The version of Provender. Floor: errors."""

__version__ = "0.1.0"
