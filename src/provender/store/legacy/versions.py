"""The versions of older archives, in their order. Floor: store.

Source: AiiDA's archive format, as found in 531 archives of public repositories.
"""

from __future__ import annotations

# Of a `data.json` and a folder `nodes`. The order is not that of numbers.
JSON_VERSIONS = tuple(f"0.{number}" for number in range(1, 14))
# Of a `db.sqlite3` that lacks constraints. 1.0 is what AiiDA 2.0.0a1 called main_0000.
DATABASE_VERSIONS = ("1.0", "main_0000", "main_0000a", "main_0000b")
# Development versions kept files in `container/`, and counted one less from here on: all later
# steps are taken, which change nothing where they were taken before.
BEFORE_CONTAINERS = "0.10"


def is_legacy(version: str) -> bool:
    """Return whether an archive of this `export_version` is read by way of the cache."""
    return version in JSON_VERSIONS or version in DATABASE_VERSIONS


def is_before(version: str, other: str) -> bool:
    """Return whether a version of `data.json` is older than another."""
    return JSON_VERSIONS.index(version) < JSON_VERSIONS.index(other)
