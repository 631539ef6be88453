"""The special keys of logs: which rows, of which process, in which form. Floor: query."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from provender.errors import BadValue
from provender.nearest import nearest
from provender.query.querystring import readers
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.readers import LARGEST_OFFSET
from provender.query.terms import Term, describe
from provender.schema.processes import LEVELS

STREAMS = ("stdout", "stderr")
FORMATS = ("json", "text", "ndjson")
# The part of a path that is a slice: either bound may be left out.
BOUNDS = re.compile(r"([+-]?[0-9]{1,30})?:([+-]?[0-9]{1,30})?")
_BOUND = {"type": "integer"}
_BOOLEAN = {"type": "boolean"}


def bound(term: Term) -> int:
    """Return a bound of a slice: any integer, the negative ones counting from the end."""
    value = readers.single(term)
    if not isinstance(value, Decimal) or value != value.to_integral_value():
        raise BadValue(
            f"`{term.key}` takes an integer, not {describe(value)}.",
            hint="The bounds are those of a slice in Python: the last ten rows are start=-10.",
        )
    return _clamped(int(value))


def _clamped(number: int) -> int:
    return max(-LARGEST_OFFSET, min(LARGEST_OFFSET, number))


def read_bounds(text: str) -> tuple[int | None, int | None]:
    """Return the bounds of a slice as it stands in a path.

    Example:
        `-10:` gives `(-10, None)`.

    Raises:
        BadValue: it is no slice.
    """
    found = BOUNDS.fullmatch(text)
    if found is None:
        raise BadValue(
            "A slice is two integers with a colon between them, each of which may be left out.",
            hint="The first ten rows are `0:10`, the last ten `-10:`, all rows `:`.",
        )
    start, stop = (None if part is None else _clamped(int(part)) for part in found.groups())
    return start, stop


def choice(*names: str) -> Callable[[Term], str]:
    """Return the function that reads one of some names."""

    def read(term: Term) -> str:
        text = readers.text(term)
        if text not in names:
            close = nearest(text, names)
            raise BadValue(
                f"`{term.key}` takes {', '.join(names[:-1])} or {names[-1]}.",
                hint=f"Did you mean `{close}`?" if close else None,
            )
        return text

    return read


def levels(term: Term) -> tuple[str, ...]:
    """Return a level, written in any case, and those above it."""
    text = readers.text(term).upper()
    if text not in LEVELS:
        close = nearest(text, LEVELS)
        raise BadValue(
            f"`{term.key}` takes the lowest level to show: {', '.join(LEVELS)}.",
            hint=f"Did you mean `{close}`?" if close else None,
        )
    return LEVELS[LEVELS.index(text) :]


START: Parameter[int | None] = Parameter(
    "start",
    bound,
    None,
    "an integer",
    "the first row, counted from 0; a negative number counts from the end",
    _BOUND,
    (0,),
)
STOP: Parameter[int | None] = Parameter(
    "stop",
    bound,
    None,
    "an integer",
    "the row before which the slice ends; a negative number counts from the end",
    _BOUND,
    (10,),
)
LEVEL: Parameter[tuple[str, ...] | None] = Parameter(
    "level",
    levels,
    None,
    "a level",
    "rows of this level and above",
    {"enum": list(LEVELS)},
    ("WARNING",),
)
LOGGER: Parameter[str | None] = Parameter(
    "logger",
    readers.raw,
    None,
    "a name",
    "rows of this logger and of those below it",
    {"type": "string", "pattern": r"^[A-Za-z0-9_][A-Za-z0-9_.]*$"},
    ("aiida.orm.nodes.process",),
    is_raw=True,
)
SINCE: Parameter[int | None] = Parameter(
    "since",
    readers.count,
    None,
    "the id of a row",
    "rows that were added after this one",
    {"type": "integer", "minimum": 0},
    (0,),
)
RECURSIVE: Parameter[bool] = Parameter(
    "recursive",
    readers.switch,
    False,
    "true or false",
    "also the rows of all called processes, merged by time",
    _BOOLEAN,
    (True,),
)
STREAM: Parameter[str | None] = Parameter(
    "stream",
    choice(*STREAMS),
    None,
    " or ".join(STREAMS),
    "the lines of what the scheduler wrote, instead of the log",
    {"enum": list(STREAMS)},
    ("stdout",),
)
FORMAT: Parameter[str] = Parameter(
    "format",
    choice(*FORMATS),
    FORMATS[0],
    "json, text or ndjson",
    "the form of the answer",
    {"enum": list(FORMATS)},
    ("json",),
)
# The keys of rows of a log, which lines of a stream do not have.
OF_ROWS: tuple[Parameter[Any], ...] = (LEVEL, LOGGER, SINCE, RECURSIVE)
