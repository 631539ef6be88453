"""How the values of special keys are read: a term in, a value out. Floor: query.

All raise `BadValue` for a value that the key does not take, and `BadRequest` for a list where one
value belongs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from provender.errors import BadRequest, BadValue
from provender.nearest import nearest
from provender.query.querystring import grammar
from provender.query.terms import Term, Value, Word, describe

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
    """A key to order by, or a JSON column with the `path` of keys and positions in it.

    `key` is what is written, without its sign.
    """

    key: str
    descending: bool
    path: tuple[str, ...] = field(default=(), repr=False)


def single(term: Term) -> Value:
    """Return the only value of a term."""
    if len(term.values) > 1:
        raise BadRequest(
            f"The query string format is invalid. `{term.key}` takes one value, not a list."
        )
    return term.values[0]


def count(term: Term) -> int:
    """Return an integer from 0."""
    value = single(term)
    if not isinstance(value, Decimal) or value < 0 or value != value.to_integral_value():
        kind = "a negative number" if isinstance(value, Decimal) and value < 0 else describe(value)
        raise BadValue(f"`{term.key}` takes an integer from 0, not {kind}.")
    return int(min(value, Decimal(LARGEST_OFFSET)))


def perpage(term: Term) -> int:
    """Return an integer from 1."""
    number = count(term)
    if number == 0:
        raise BadValue("`perpage` takes an integer from 1, not 0.")
    return number


def flag(term: Term) -> bool:
    """Return `true` or `false`."""
    value = single(term)
    if not isinstance(value, bool):
        raise BadValue(f"The {term.key} filter is false by default and can only be set to true.")
    return value


def text(term: Term) -> str:
    """Return a word or a string."""
    value = single(term)
    if isinstance(value, Word):
        return value.text
    if not isinstance(value, str):
        raise BadValue(f'`{term.key}` takes a string, not {describe(value)}: {term.key}="..."')
    return value


def switch(term: Term) -> bool:
    """Return the boolean written as `true`, `"False"`, `0` and the like."""
    value = single(term)
    text = str(value.text if isinstance(value, Word) else value).lower()
    if text not in ("true", "false", "1", "0"):
        raise BadValue(f"`{term.key}` takes true or false.")
    return text in ("true", "1")


def raw(term: Term) -> str:
    """Return a value that is text up to the next `&`."""
    return any_text(term).strip()


def names(term: Term) -> tuple[str, ...]:
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


def some_of(valid: tuple[str, ...]) -> Callable[[Term], tuple[str, ...]]:
    """Return the function that reads a list of names of which all must be valid."""

    def read(term: Term) -> tuple[str, ...]:
        found = names(term)
        for name in found:
            _check_name(term, name, valid)
        return found

    return read


def one_of(valid: tuple[str, ...]) -> Callable[[Term], str]:
    """Return the function that reads a valid name."""

    def read(term: Term) -> str:
        single(term)
        return _check_name(term, any_text(term), valid)

    return read


def _check_name(term: Term, name: str, valid: tuple[str, ...]) -> str:
    """Return a name; raises `BadValue` with the valid ones."""
    if name in valid:
        return name
    close = nearest(name, valid)
    meant = f"Did you mean `{close}`? " if close else ""
    raise BadValue(f"`{term.key}` takes no `{name}`.", hint=f"{meant}Valid: {', '.join(valid)}.")


def order(term: Term) -> tuple[OrderTerm, ...]:
    """Return the keys of an order."""
    return tuple(_order_term(value) for value in term.values)


def _order_term(value: Value) -> OrderTerm:
    text = value.text if isinstance(value, Word) else value
    if isinstance(value, Word) and "." in value.text:  # only where the grammar takes it
        plain = value.text.lstrip("+-")
        return OrderTerm(plain, value.text[0] == "-", grammar.parse_name(plain)[1])
    match = ORDER_NAME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise BadValue(
            "`orderby` takes keys, each with an optional sign.", hint="orderby=-ctime,label"
        )
    return OrderTerm(match[2], match[1] == "-")


def count_mode(term: Term) -> Count:
    """Return how a total is found."""
    text = any_text(term)
    if text not in [mode.value for mode in Count]:
        raise BadValue("`count` takes exact, estimate or none.")
    return Count(text)


def any_text(term: Term) -> str:
    """Return a value as text, whatever its type."""
    value = term.values[0]
    return str(value.text if isinstance(value, Word) else value)
