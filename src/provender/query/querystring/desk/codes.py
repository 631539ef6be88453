"""The special key of lists of codes. Floor: query."""

from __future__ import annotations

from provender.query.querystring import readers
from provender.query.querystring.parameter import Parameter

COMPUTER: Parameter[str | None] = Parameter(
    "computer",
    readers.raw,
    None,
    "a label or a uuid",
    "only codes on this computer: its label, its uuid or the beginning of that",
    {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
    ("localhost",),
    is_raw=True,
)
