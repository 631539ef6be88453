"""The special keys of stored arrays. Floor: query."""

from __future__ import annotations

from provender.query.querystring import readers
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.parameters import NAMED

# The formats of an array; the file as it is stored is the first one.
FORMATS = ("npy", "npz", "json", "csv", "raw")
_INDEX = r"-?\d{1,18}"
_PART = rf"(?:{_INDEX}|(?:{_INDEX})?:(?:{_INDEX})?(?::-?[1-9]\d{{0,17}})?|\.\.\.)"

SLICE: Parameter[str | None] = Parameter(
    "slice",
    readers.raw,
    None,
    "start:stop:step,...",
    "a part of the array, as NumPy reads it; a part for each axis",
    {"type": "string", "pattern": rf"^{_PART}(?:,{_PART})*$"},
    ("0:2", "0:10,:,2", "..., ::-1"),
    is_raw=True,
)
FORMAT: Parameter[str] = Parameter(
    "format",
    readers.one_of(FORMATS),
    "npy",
    "a format",
    "npy, npz, json, csv or raw",
    {"enum": FORMATS},
    FORMATS,
)
NAMES: Parameter[tuple[str, ...] | None] = Parameter(
    "names",
    readers.names,
    None,
    "name,...",
    "only these arrays",
    {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": NAMED}},
    (["positions", "cells"],),
)
