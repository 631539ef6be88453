"""The special keys of a query string: one row each, with the function that reads it. Floor: query.

A parameter is also the key of its value: `parameters[LIMIT]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, TypeVar, cast

from provender.errors import BadRequest, BadValue
from provender.query.terms import Term, Value, Word, describe

_Value = TypeVar("_Value")

ORDER_NAME = re.compile(r"([+-]?)([A-Za-z_][A-Za-z0-9_-]*)")
# The largest offset: databases accept no larger number, and every list ends before this one.
LARGEST_OFFSET = 2**62


class Count(Enum):
    """How the total of a list is found."""

    EXACT = "exact"
    ESTIMATE = "estimate"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class OrderTerm:
    """A key to order by."""

    key: str
    descending: bool


@dataclass(frozen=True, slots=True, eq=False)
class Parameter(Generic[_Value]):
    """A special key: how its term is read, and its value if the key is not given.

    `form` shows what may follow the key, `help` says what the key does. `schema` is the JSON Schema
    of a value as it is written in a query string, `examples` are such values. `bound` is the
    setting below `limits` that is the largest number.
    """

    name: str
    read: Callable[[Term], _Value]
    default: _Value
    form: str
    help: str
    schema: Mapping[str, Any]
    examples: tuple[Any, ...]
    bound: str | None = None


# How values are written. A string stands in double quotes, and a quote in it is doubled.
NAMED = r'^(?:[A-Za-z_][A-Za-z0-9_-]*|"(?:[^"\x00]|"")*")$'
_FROM_0 = {"type": "integer", "minimum": 0}
_FROM_1 = {"type": "integer", "minimum": 1}
_BOOLEAN = {"type": "boolean"}
_TEXT = {"type": "string", "pattern": NAMED}
_NAMES = {"type": "array", "minItems": 1, "items": _TEXT}


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """A query string as read: filters, and the values of the parameters that were given.

    An instance equals only itself. Equal query strings share one instance while it is cached.
    """

    filters: tuple[Term, ...] = ()
    given: Mapping[str, object] = field(default_factory=dict)

    def __getitem__(self, parameter: Parameter[_Value]) -> _Value:
        """Return the value of a parameter, or its default."""
        return cast("_Value", self.given.get(parameter.name, parameter.default))


def _single(term: Term) -> Value:
    if len(term.values) > 1:
        raise BadRequest(
            f"The query string format is invalid. `{term.key}` takes one value, not a list."
        )
    return term.values[0]


def _count(term: Term) -> int:
    value = _single(term)
    if not isinstance(value, Decimal) or value < 0 or value != value.to_integral_value():
        kind = "a negative number" if isinstance(value, Decimal) and value < 0 else describe(value)
        raise BadValue(f"`{term.key}` takes an integer from 0, not {kind}.")
    return int(min(value, Decimal(LARGEST_OFFSET)))


def _perpage(term: Term) -> int:
    count = _count(term)
    if count == 0:
        raise BadValue("`perpage` takes an integer from 1, not 0.")
    return count


def _flag(term: Term) -> bool:
    value = _single(term)
    if not isinstance(value, bool):
        raise BadValue(f"The {term.key} filter is false by default and can only be set to true.")
    return value


def _text(term: Term) -> str:
    value = _single(term)
    if isinstance(value, Word):
        return value.text
    if not isinstance(value, str):
        raise BadValue(f'`{term.key}` takes a string, not {describe(value)}: {term.key}="..."')
    return value


def _switch(term: Term) -> bool:
    """Return the boolean written as `true`, `"False"`, `0` and the like."""
    value = _single(term)
    text = str(value.text if isinstance(value, Word) else value).lower()
    if text not in ("true", "false", "1", "0"):
        raise BadValue(f"`{term.key}` takes true or false.")
    return text in ("true", "1")


def _names(term: Term) -> tuple[str, ...]:
    """Return the names of a list in the order given, without repetitions."""
    return tuple(dict.fromkeys(_name(term, value) for value in term.values))


def _name(term: Term, value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Word):
        return value.text
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return str(value)
    raise BadValue(f"`{term.key}` takes names, not {describe(value)}.")


def _order(term: Term) -> tuple[OrderTerm, ...]:
    return tuple(_order_term(value) for value in term.values)


def _order_term(value: Value) -> OrderTerm:
    text = value.text if isinstance(value, Word) else value
    match = ORDER_NAME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise BadValue(
            "`orderby` takes keys, each with an optional sign.", hint="orderby=-ctime,label"
        )
    return OrderTerm(match[2], match[1] == "-")


def _count_mode(term: Term) -> Count:
    text = _any(term)
    if text not in [mode.value for mode in Count]:
        raise BadValue("`count` takes exact, estimate or none.")
    return Count(text)


def _any(term: Term) -> str:
    value = term.values[0]
    return str(value.text if isinstance(value, Word) else value)


LIMIT: Parameter[int | None] = Parameter(
    "limit",
    _count,
    None,
    "0 to 400",
    "the most rows of the list; 0 gives its total alone",
    _FROM_0,
    (3,),
    bound="default",
)
OFFSET: Parameter[int | None] = Parameter(
    "offset", _count, None, "0 or more", "rows to skip", _FROM_0, (10,)
)
PERPAGE: Parameter[int | None] = Parameter(
    "perpage",
    _perpage,
    None,
    "1 to 400",
    "rows of a page; only below `/page`",
    _FROM_1,
    (3,),
    bound="default",
)
ORDER: Parameter[tuple[OrderTerm, ...]] = Parameter(
    "order",
    _order,
    (),
    "[+|-]key,...",
    "the order of the rows; `id` is always the last key",
    _NAMES,
    (["id"],),
)
CURSOR: Parameter[str | None] = Parameter(
    "cursor",
    _text,
    None,
    "* or a cursor",
    "a walk through the whole list, page by page",
    {"type": "string", "pattern": r'^(?:\*|"[^"\x00]*")$'},
    ("*",),
)
COUNT: Parameter[Count] = Parameter(
    "count",
    _count_mode,
    Count.EXACT,
    "exact, estimate or none",
    "how the total is found",
    {"enum": [mode.value for mode in Count]},
    ("none",),
)
FULL_TYPE: Parameter[str | None] = Parameter(
    "full_type",
    _text,
    None,
    '"NODE_TYPE|PROCESS_TYPE"',
    "nodes of a full type; each half may end in `%`",
    {"type": "string", "pattern": r'^"[^"%|\x00]*%?\|[^"%|\x00]*%?"$'},
    ('"data.core.int.Int.|"',),
)
ATTRIBUTES: Parameter[bool] = Parameter(
    "attributes",
    _flag,
    False,
    "true or false",
    "show the attributes of each node",
    _BOOLEAN,
    (True,),
)
ATTRIBUTES_FILTER: Parameter[tuple[str, ...] | None] = Parameter(
    "attributes_filter",
    _names,
    None,
    "name,...",
    "only these attributes",
    _NAMES,
    (["cell", "kinds"],),
)
ATTRIBUTES_EXCLUDED: Parameter[tuple[str, ...] | None] = Parameter(
    "attributes_excluded",
    _names,
    None,
    "name,...",
    "all attributes but these",
    _NAMES,
    (["cell", "kinds"],),
)
EXTRAS: Parameter[bool] = Parameter(
    "extras",
    _flag,
    False,
    "true or false",
    "show the extras of each node",
    _BOOLEAN,
    (True,),
)
EXTRAS_FILTER: Parameter[tuple[str, ...] | None] = Parameter(
    "extras_filter",
    _names,
    None,
    "name,...",
    "only these extras",
    _NAMES,
    (["tag"],),
)
EXTRAS_EXCLUDED: Parameter[tuple[str, ...] | None] = Parameter(
    "extras_excluded",
    _names,
    None,
    "name,...",
    "all extras but these",
    _NAMES,
    (["tag"],),
)
IN_LIMIT: Parameter[int | None] = Parameter(
    "in_limit",
    _count,
    None,
    "0 to 10000",
    "the most incoming neighbours, by default 1000 of them",
    _FROM_0,
    (5,),
    bound="neighbours",
)
OUT_LIMIT: Parameter[int | None] = Parameter(
    "out_limit",
    _count,
    None,
    "0 to 10000",
    "the most outgoing neighbours, by default 1000 of them",
    _FROM_0,
    (5,),
    bound="neighbours",
)
FILENAME: Parameter[str | None] = Parameter(
    "filename",
    _text,
    None,
    '"path"',
    "a file or folder of the repository",
    _TEXT,
    ('""',),
)
METADATA: Parameter[bool] = Parameter(
    "metadata",
    _switch,
    False,
    "true or false",
    "tell sizes, hashes and types of files",
    _BOOLEAN,
    (True,),
)
DOWNLOAD_FORMAT: Parameter[str | None] = Parameter(
    "download_format",
    _text,
    None,
    "a format",
    "the format to write the node in",
    _TEXT,
    ("json",),
)
DOWNLOAD: Parameter[bool] = Parameter(
    "download",
    _switch,
    True,
    "true or false",
    "answer a file, or its text inside JSON",
    _BOOLEAN,
    (False,),
)
PROFILE: Parameter[str | None] = Parameter(
    "profile",
    _any,
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
