"""The keys of the question which keys exist. Floor: query."""

from __future__ import annotations

from typing import Any

from provender.errors import BadValue
from provender.query.querydict import Name
from provender.query.querystring import readers
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.selections.suggest import read_field
from provender.query.terms import Term

SHOWN, MOST_SHOWN = 100, 1000


def _size(term: Term) -> int:
    size = readers.count(term)
    if not 1 <= size <= MOST_SHOWN:
        raise BadValue(f"`size` is a number of keys from 1 to {MOST_SHOWN}.")
    return size


UNDER: Parameter[Name] = Parameter(
    "under",
    lambda term: read_field(readers.raw(term)),
    "attributes",
    "attributes, extras, or a path into them",
    "the object whose keys are told",
    {"type": "string", "pattern": r"^(?:attributes|extras)(?:\.[A-Za-z0-9_]+)*$"},
    ("attributes",),
    is_raw=True,
)
SIZE: Parameter[int] = Parameter(
    "size",
    _size,
    SHOWN,
    f"1 to {MOST_SHOWN}",
    f"the most keys, {SHOWN} by default",
    {"type": "integer", "minimum": 1, "maximum": MOST_SHOWN},
    (5,),
)
KEYS: tuple[Parameter[Any], ...] = (UNDER, SIZE)
