"""The keys of templates over links. Floor: query."""

from __future__ import annotations

from typing import Any

from provender.query.querystring import readers
from provender.query.querystring.parameter import Parameter
from provender.query.terms import Term


def _document(term: Term) -> str:
    """Return a JSON object as it is written; `read_written` reads it."""
    return str(readers.single(term))


WANT: Parameter[str] = Parameter(
    "want",
    _document,
    "",
    "a JSON object",
    "what the answer holds of each node, and of what is linked to it",
    {"type": "string", "pattern": r"^\{.+\}$"},
    ('{"uuid":"*","attributes":{"energy":"*"}}',),
    is_document=True,
)
FLAT: Parameter[bool] = Parameter(
    "flat",
    readers.switch,
    False,
    "true or false",
    "rows of a table: keys with dots, no objects inside",
    {"type": "boolean"},
    (True,),
)
LIMIT: Parameter[int | None] = Parameter(
    "limit",
    readers.count,
    None,
    "1 to 1000",
    "the most rows of a page",
    {"type": "integer", "minimum": 1},
    (3,),
    bound="selected",
)
KEYS: tuple[Parameter[Any], ...] = (WANT, FLAT, LIMIT)
