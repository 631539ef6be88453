"""The keys of the question which keys exist. Floor: query."""

from __future__ import annotations

from typing import Any

from provender.query.querydict import Name
from provender.query.querystring import readers
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.selections.sizes import Size
from provender.query.querystring.selections.suggest import read_field

SIZES = Size("keys", shown=100, most=1000)


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
SIZE: Parameter[int] = SIZES.parameter()
KEYS: tuple[Parameter[Any], ...] = (UNDER, SIZE)
