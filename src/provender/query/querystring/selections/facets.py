"""The keys of facets: what is counted, how many buckets are shown. Floor: query."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from provender.errors import BadRequest, BadValue, GrammarError
from provender.query.plan.facets import Form
from provender.query.querydict import Dotted, Name
from provender.query.querystring import grammar, readers
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.selections.sizes import Size
from provender.query.terms import Term

FORMS = "|".join(form.value for form in Form)
WRITTEN = re.compile(rf"(?P<name>.+?)(?::(?P<form>{FORMS})(?:\((?P<bins>[0-9]{{1,4}})\))?)?")
BINS, MOST_BINS = 20, 100
SIZES = Size("buckets", shown=30, most=1000)
MOST_FACETS = 20
LARGEST_COUNT = 2**31 - 1
EXAMPLES = "node_type, attributes.exit_status, ctime:month, extras.tags:array"


@dataclass(frozen=True, slots=True)
class Asked:
    """A facet as it is asked for: its text, the name that it counts, the form of its buckets."""

    text: str
    name: Name
    form: Form = Form.VALUE
    bins: int = BINS


def read_facet(text: str) -> Asked:
    """Return the facet of a text: a name, and after a colon the form of its buckets.

    Raises:
        BadValue: the text is no name, or has too many ranges.
    """
    match = WRITTEN.fullmatch(text.strip())
    if match is None:
        raise _wrong(text)
    form, bins = Form(match["form"] or "value"), int(match["bins"] or BINS)
    if match["bins"] and form is not Form.HISTOGRAM:
        raise _wrong(text)
    if not 1 <= bins <= MOST_BINS:
        raise BadValue(f"A histogram has 1 to {MOST_BINS} ranges, not {bins}.")
    try:
        key, path = grammar.parse_name(match["name"])
    except GrammarError:
        raise _wrong(text) from None
    return Asked(text.strip(), Dotted(key, path) if path else key, form, bins)


def _wrong(text: str) -> BadValue:
    return BadValue(f"`{text}` is no facet.", hint=f"For example {EXAMPLES}.")


def _facet(term: Term) -> Asked:
    return read_facet(readers.raw(term))


def check_number(facets: tuple[Asked, ...], statistics: tuple[Asked, ...]) -> None:
    """Raise `BadRequest` for too many facets."""
    number = len(facets) + len(statistics)
    if number > MOST_FACETS:
        raise BadRequest(f"There are {number} facets and statistics, more than {MOST_FACETS}.")


_NAME = {"type": "string", "pattern": r"^[a-z_]+(?:\.[A-Za-z0-9_]+)*$"}
FACET: Parameter[tuple[Asked, ...]] = Parameter(
    "facet",
    _facet,
    (),
    "KEY, KEY:array, KEY:day|month|year or KEY:histogram(20)",
    "what the nodes are counted by; may be repeated",
    _NAME,
    ("node_type",),
    is_raw=True,
    is_repeated=True,
)
STATS: Parameter[tuple[Asked, ...]] = Parameter(
    "stats",
    _facet,
    (),
    "KEY",
    "numbers to tell count, least, largest, mean and different ones of; may be repeated",
    _NAME,
    ("attributes.exit_status",),
    is_raw=True,
    is_repeated=True,
)
SIZE: Parameter[int] = SIZES.parameter()
DROP_SELF: Parameter[bool] = Parameter(
    "drop_self",
    readers.switch,
    False,
    "true or false",
    "count without the filters on the key of the facet itself",
    {"type": "boolean"},
    (True,),
)
AFTER: Parameter[str] = Parameter(
    "after",
    readers.raw,
    "",
    "the `after` of the page before",
    "values behind the page before",
    {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
    ("WyJzdHJpbmciLCBudWxsLCAiYSJd",),
    is_raw=True,
)
CONTAINS: Parameter[str] = Parameter(
    "contains",
    readers.raw,
    "",
    "a text",
    "values with this text in them, whatever its case",
    {"type": "string", "pattern": "^[A-Za-z]+$"},
    ("data",),
    is_raw=True,
)
MIN_COUNT: Parameter[int] = Parameter(
    "min_count",
    lambda term: max(1, min(readers.count(term), LARGEST_COUNT)),
    1,
    "0 or more",
    "values that at least so many nodes have",
    {"type": "integer", "minimum": 0},
    (2,),
)
SAMPLE: Parameter[bool] = Parameter(
    "sample",
    readers.switch,
    False,
    "true or false",
    "add the uuid of one node that has the value",
    {"type": "boolean"},
    (True,),
)
WALK_KEYS: tuple[Parameter[Any], ...] = (SIZE, AFTER, CONTAINS, MIN_COUNT, SAMPLE)
KEYS: tuple[Parameter[Any], ...] = (FACET, STATS, SIZE, DROP_SELF)
