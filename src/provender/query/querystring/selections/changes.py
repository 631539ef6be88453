"""The special keys of the question what changed. Floor: query."""

from __future__ import annotations

from typing import Any

from provender.query.querystring import readers
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.selections.select import LIMIT

SINCE: Parameter[str | None] = Parameter(
    "since",
    readers.raw,
    None,
    "* or a cursor",
    "what was written since: all nodes, or the `next` of an earlier answer; without it nothing is "
    "told but where to begin",
    {"type": "string", "pattern": r"^(?:\*|[A-Za-z0-9_-]+)$"},
    ("*",),
    is_raw=True,
)
KEYS: tuple[Parameter[Any], ...] = (SINCE, LIMIT)
