"""The special keys of the routes of one process. Floor: query."""

from __future__ import annotations

from decimal import Decimal

from provender.errors import BadValue
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.readers import count, single, switch
from provender.query.terms import Term, describe

# Seconds that a request may wait: proxies in front give an answer up after 30 at the earliest.
LONGEST_WAIT = 25
# Levels of a tree: nobody nests workflows so deeply.
DEEPEST = 100


def seconds(term: Term) -> float:
    """Return a number of seconds from 0 to `LONGEST_WAIT`."""
    value = single(term)
    if not isinstance(value, Decimal):
        raise BadValue(
            f"`{term.key}` takes seconds from 0 to {LONGEST_WAIT}, not {describe(value)}.",
            hint=f"{term.key}=20",
        )
    if value < 0:
        raise BadValue(
            f"`{term.key}` takes seconds from 0 to {LONGEST_WAIT}, not a negative number."
        )
    if value > LONGEST_WAIT:
        raise BadValue(
            f"`{term.key}` takes seconds from 0 to {LONGEST_WAIT}, not more.",
            hint=f"To wait for longer, ask again, with the ETag as `If-None-Match`: {term.key}=20",
        )
    return float(value)


def depth(term: Term) -> int:
    """Return a number of levels from 1 to `DEEPEST`."""
    number = count(term)
    if not 1 <= number <= DEEPEST:
        raise BadValue(f"`{term.key}` takes an integer from 1 to {DEEPEST}.")
    return number


WAIT: Parameter[float] = Parameter(
    "wait",
    seconds,
    0.0,
    f"0 to {LONGEST_WAIT}",
    "seconds to wait for a change, at most",
    {"type": "number", "minimum": 0, "maximum": LONGEST_WAIT},
    (10,),
)
TREE: Parameter[bool] = Parameter(
    "tree",
    switch,
    False,
    "true or false",
    "add what the process called, nested",
    {"type": "boolean"},
    (True,),
)
DEPTH: Parameter[int | None] = Parameter(
    "depth",
    depth,
    None,
    f"1 to {DEEPEST}",
    "levels of the tree; without it, all",
    {"type": "integer", "minimum": 1, "maximum": DEEPEST},
    (2,),
)
