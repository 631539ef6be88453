"""The special keys of a dialect: one row each, with the function that reads it. Floor: query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from provender.query.querystring import readers
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.readers import Count, OrderTerm

# How values are written. A string stands in double quotes, and a quote in it is doubled.
NAMED = r'^(?:[A-Za-z_][A-Za-z0-9_-]*|"(?:[^"\x00]|"")*")$'
_FROM_0 = {"type": "integer", "minimum": 0}
_FROM_1 = {"type": "integer", "minimum": 1}
_BOOLEAN = {"type": "boolean"}
_TEXT = {"type": "string", "pattern": NAMED}
_NAMES = {"type": "array", "minItems": 1, "items": _TEXT}

LIMIT: Parameter[int | None] = Parameter(
    "limit",
    readers.count,
    None,
    "0 to 400",
    "the most rows of the list; 0 gives its total alone",
    _FROM_0,
    (3,),
    bound="default",
)
OFFSET: Parameter[int | None] = Parameter(
    "offset", readers.count, None, "0 or more", "rows to skip", _FROM_0, (10,)
)
PERPAGE: Parameter[int | None] = Parameter(
    "perpage",
    readers.perpage,
    None,
    "1 to 400",
    "rows of a page; only below `/page`",
    _FROM_1,
    (3,),
    bound="default",
)
ORDER: Parameter[tuple[OrderTerm, ...]] = Parameter(
    "order",
    readers.order,
    (),
    "[+|-]key,...",
    "the order of the rows; `id` is always the last key",
    _NAMES,
    (["id"],),
)
CURSOR: Parameter[str | None] = Parameter(
    "cursor",
    readers.text,
    None,
    "* or a cursor",
    "a walk through the whole list, page by page",
    {"type": "string", "pattern": r'^(?:\*|"[^"\x00]*")$'},
    ("*",),
)
COUNT: Parameter[Count] = Parameter(
    "count",
    readers.count_mode,
    Count.EXACT,
    "exact, estimate or none",
    "how the total is found",
    {"enum": [mode.value for mode in Count]},
    ("none",),
)
FULL_TYPE: Parameter[str | None] = Parameter(
    "full_type",
    readers.text,
    None,
    '"NODE_TYPE|PROCESS_TYPE"',
    "nodes of a full type; each half may end in `%`",
    {"type": "string", "pattern": r'^"[^"%|\x00]*%?\|[^"%|\x00]*%?"$'},
    ('"data.core.int.Int.|"',),
)
ATTRIBUTES: Parameter[bool] = Parameter(
    "attributes",
    readers.flag,
    False,
    "true or false",
    "show the attributes of each node",
    _BOOLEAN,
    (True,),
)
ATTRIBUTES_FILTER: Parameter[tuple[str, ...] | None] = Parameter(
    "attributes_filter",
    readers.names,
    None,
    "name,...",
    "only these attributes",
    _NAMES,
    (["cell", "kinds"],),
)
ATTRIBUTES_EXCLUDED: Parameter[tuple[str, ...] | None] = Parameter(
    "attributes_excluded",
    readers.names,
    None,
    "name,...",
    "all attributes but these",
    _NAMES,
    (["cell", "kinds"],),
)
EXTRAS: Parameter[bool] = Parameter(
    "extras",
    readers.flag,
    False,
    "true or false",
    "show the extras of each node",
    _BOOLEAN,
    (True,),
)
EXTRAS_FILTER: Parameter[tuple[str, ...] | None] = Parameter(
    "extras_filter",
    readers.names,
    None,
    "name,...",
    "only these extras",
    _NAMES,
    (["tag"],),
)
EXTRAS_EXCLUDED: Parameter[tuple[str, ...] | None] = Parameter(
    "extras_excluded",
    readers.names,
    None,
    "name,...",
    "all extras but these",
    _NAMES,
    (["tag"],),
)
IN_LIMIT: Parameter[int | None] = Parameter(
    "in_limit",
    readers.count,
    None,
    "0 to 10000",
    "the most incoming neighbours, by default 1000 of them",
    _FROM_0,
    (5,),
    bound="neighbours",
)
OUT_LIMIT: Parameter[int | None] = Parameter(
    "out_limit",
    readers.count,
    None,
    "0 to 10000",
    "the most outgoing neighbours, by default 1000 of them",
    _FROM_0,
    (5,),
    bound="neighbours",
)
FILENAME: Parameter[str | None] = Parameter(
    "filename",
    readers.text,
    None,
    '"path"',
    "a file or folder of the repository",
    _TEXT,
    ('""',),
)
METADATA: Parameter[bool] = Parameter(
    "metadata",
    readers.switch,
    False,
    "true or false",
    "tell sizes, hashes and types of files",
    _BOOLEAN,
    (True,),
)
DOWNLOAD_FORMAT: Parameter[str | None] = Parameter(
    "download_format",
    readers.text,
    None,
    "a format",
    "the format to write the node in",
    _TEXT,
    ("json",),
)
DOWNLOAD: Parameter[bool] = Parameter(
    "download",
    readers.switch,
    True,
    "true or false",
    "answer a file, or its text inside JSON",
    _BOOLEAN,
    (False,),
)
PROFILE: Parameter[str | None] = Parameter(
    "profile",
    readers.any_text,
    None,
    "a name",
    "the store to ask, where `profile_switching` allows it",
    _TEXT,
    ("demo",),
)


@dataclass(frozen=True, slots=True)
class Contents:
    """A JSON column of nodes, with the parameters that ask for it."""

    column: str
    shown: Parameter[bool]
    names: Parameter[tuple[str, ...] | None]
    excluded: Parameter[tuple[str, ...] | None]


OF_ATTRIBUTES = Contents("attributes", ATTRIBUTES, ATTRIBUTES_FILTER, ATTRIBUTES_EXCLUDED)
OF_EXTRAS = Contents("extras", EXTRAS, EXTRAS_FILTER, EXTRAS_EXCLUDED)
CONTENTS = (OF_ATTRIBUTES, OF_EXTRAS)

ALL_PARAMETERS: tuple[Parameter[Any], ...] = (
    *(LIMIT, OFFSET, PERPAGE, ORDER, CURSOR, COUNT, FULL_TYPE),
    *(ATTRIBUTES, ATTRIBUTES_FILTER, ATTRIBUTES_EXCLUDED),
    *(EXTRAS, EXTRAS_FILTER, EXTRAS_EXCLUDED),
    *(IN_LIMIT, OUT_LIMIT, FILENAME, METADATA, DOWNLOAD_FORMAT, DOWNLOAD, PROFILE),
)
