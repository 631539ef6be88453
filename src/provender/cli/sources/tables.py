"""A table that a command asks for, as it is checked and written. Floor: cli."""

from __future__ import annotations

from provender.cli.sources.asked import TableAsked
from provender.python.tables import Wanted


def wanted(asked: TableAsked) -> Wanted:
    """Return what a table shows, and how it is written."""
    return Wanted(
        asked.fields,
        asked.want,
        asked.types,
        asked.format,
        asked.limit,
        asked.csv_safe,
        asked.trailer,
    )
