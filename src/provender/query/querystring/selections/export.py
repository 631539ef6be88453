"""The keys of tables: which columns, in which format. Floor: query."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from provender.errors import BadValue, GrammarError
from provender.query.plan.values import describe_json
from provender.query.querydict import Dotted, Name
from provender.query.querystring import grammar, readers
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.selections.select import WANT
from provender.query.terms import Term
from provender.schema.columns import TYPES

# The names of the formats; `exports.tables.formats` writes them.
FORMATS = ("csv", "ndjson", "parquet", "arrow")
# A member of a list, with quoted parts in which commas are letters.
MEMBER = re.compile(r'((?:[^",]|"(?:[^"]|"")*")*)(?:,|$)')
EXAMPLE_OF_FIELDS = "uuid,label,attributes.energy"
BOTH = "`fields` and `want` both say what the table shows."
EXAMPLE_OF_TYPES = "attributes.energy:number"

Types = Mapping[str, str]


def read_names(texts: Sequence[str]) -> tuple[Name, ...]:
    """Return the columns and paths that some texts name.

    Raises:
        BadValue: a text is no name.
    """
    return tuple(read_name(text) for text in texts)


def read_name(text: Any) -> Name:  # noqa: ANN401 - JSON
    """Return the column or the path that a text names; errors as `read_names`."""
    if not isinstance(text, str):
        raise BadValue(f"A name is a string, not {describe_json(text)}.")
    try:
        column, path = grammar.parse_name(text)
    except GrammarError as error:
        raise BadValue(
            f"`{text[:100]}` is no name of a column.",
            hint=f"For example {EXAMPLE_OF_FIELDS}.",
            detail=error.detail,
        ) from None
    return Dotted(column, path) if path else column


def members(text: str) -> Iterator[str]:
    """Yield the members of a list with commas between."""
    place = 0
    while place < len(text):
        found = MEMBER.match(text, place)
        if found is None:
            raise BadValue(f"A quote has no end: `{text[place : place + 100]}`.")
        yield found[1].strip()
        place = max(found.end(), place + 1)


def _fields(term: Term) -> tuple[Name, ...]:
    return read_names([*members(readers.raw(term))])


def _types(term: Term) -> Types:
    found = {}
    for member in members(readers.raw(term)):
        name, colon, kind = member.rpartition(":")
        if not colon:
            raise BadValue(
                f"`{member[:100]}` has no type.", hint=f"For example {EXAMPLE_OF_TYPES}."
            )
        found[name] = kind
    return found


FIELDS: Parameter[tuple[Name, ...]] = Parameter(
    "fields",
    _fields,
    (),
    "name,...",
    "the columns of the table, also paths into JSON; by default all but JSON",
    {
        "type": "string",
        "pattern": r"^[a-z_]+(?:\.[A-Za-z0-9_]+)*(?:,[a-z_]+(?:\.[A-Za-z0-9_]+)*)*$",
    },
    (EXAMPLE_OF_FIELDS,),
    is_raw=True,
)
TYPED: Parameter[Types] = Parameter(
    "types",
    _types,
    {},
    "column:type,...",
    "show values inside JSON as one type, and no others: " + ", ".join(TYPES),
    {"type": "string", "pattern": rf"^[A-Za-z0-9_.]+:(?:{'|'.join(TYPES)})$"},
    (EXAMPLE_OF_TYPES,),
    is_raw=True,
)
FORMAT: Parameter[str] = Parameter(
    "format",
    readers.one_of(FORMATS),
    FORMATS[0],
    " or ".join((", ".join(FORMATS[:-1]), FORMATS[-1])),
    "the format of the table",
    {"enum": list(FORMATS)},
    ("ndjson",),
)
CSV_SAFE: Parameter[bool] = Parameter(
    "csv_safe",
    readers.switch,
    False,
    "true or false",
    "put a quote before texts with which a spreadsheet would compute",
    {"type": "boolean"},
    (True,),
)
TRAILER: Parameter[bool] = Parameter(
    "trailer",
    readers.switch,
    False,
    "true or false",
    "end `ndjson` with a line that tells the number of rows",
    {"type": "boolean"},
    (True,),
)
ROWS: Parameter[int | None] = Parameter(
    "limit",
    readers.count,
    None,
    "0 or more",
    "the most rows of the table; any number by default",
    {"type": "integer", "minimum": 0},
    (3,),
)
KEYS: tuple[Parameter[Any], ...] = (FIELDS, WANT, TYPED, FORMAT, CSV_SAFE, TRAILER, ROWS)
