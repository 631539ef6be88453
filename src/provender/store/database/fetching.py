"""Fetching many rows, so that other threads have their turn meanwhile. Floor: store.

The driver of PostgreSQL keeps Python's lock while it makes rows: 30,000 take 15 ms.
"""

from __future__ import annotations

from typing import Any

from provender.schema.statements import Record

# Rows that are made, or decoded, at a time. Most lists have fewer.
MANY = 1000


def fetched(cursor: Any) -> list[Record]:  # noqa: ANN401 - the driver's
    """Return all rows that are left."""
    records: list[Record] = cursor.fetchmany(MANY)
    if len(records) == MANY:
        while batch := cursor.fetchmany(MANY):
            records += batch
    return records
