"""From terms to a typed request; the only checks of what special keys say. Floor: query."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from provender.errors import BadOperator, BadRequest, BadValue, ConflictingParameters, LimitExceeded
from provender.query.plan.views import View
from provender.query.querystring.grammar import LISTS
from provender.query.terms import Operator, Term, Value, Word, describe
from provender.settings import Limits

ORDER_NAME = re.compile(r"([+-]?)([A-Za-z_][A-Za-z0-9_-]*)")
LARGEST_OFFSET = 2**62
"""Beyond what databases count to; a larger offset is past every end just the same."""
CACHE_BUSTER = "_"


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


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the special keys of a query string say; None is what was not given."""

    filters: tuple[Term, ...] = ()
    limit: int | None = None
    offset: int | None = None
    perpage: int | None = None
    order: tuple[OrderTerm, ...] = ()
    attributes: bool = False
    attributes_filter: tuple[str, ...] | None = None
    attributes_excluded: tuple[str, ...] | None = None
    extras: bool = False
    extras_filter: tuple[str, ...] | None = None
    extras_excluded: tuple[str, ...] | None = None
    full_type: str | None = None
    in_limit: int | None = None
    out_limit: int | None = None
    filename: str | None = None
    metadata: bool = False
    download_format: str | None = None
    download: bool = True
    cursor: str | None = None
    count: Count = Count.EXACT
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list, counted from 1."""

    number: int
    size: int


@dataclass(frozen=True, slots=True)
class ListRequest:
    """A list that is asked for, everything in it checked but the names of fields."""

    view: View
    parameters: Parameters
    limit: int
    offset: int
    page: Page | None = None
    expose: tuple[str, ...] = ()


def read_parameters(terms: tuple[Term, ...], specials: Mapping[str, str]) -> Parameters:
    """Return what a query string says; `specials` maps its special keys to parameters.

    Raises:
        ConflictingParameters: a special key given twice.
        BadOperator: another operator than `=` after a special key.
        BadValue: a value that a special key does not take.
        BadRequest: a list where one value belongs.
    """
    given: dict[str, Term] = {}
    filters: list[Term] = []
    for term in terms:
        if term.path:
            filters.append(_check_filter(term))
            continue
        if term.key == CACHE_BUSTER:
            continue
        parameter = specials.get(term.key)
        if parameter is None:
            filters.append(_check_filter(term))
            continue
        if parameter in given:
            raise ConflictingParameters(f"You cannot specify {term.key} more than once")
        given[parameter] = term
    for term in given.values():
        if term.operator is not Operator.EQUAL:
            raise BadOperator(f"only assignment operator '=' is permitted after '{term.key}'")
    values: dict[str, Any] = {
        parameter: READERS[parameter](term) for parameter, term in given.items()
    }
    return Parameters(filters=tuple(filters), **values)


def read_list(
    view: View,
    parameters: Parameters,
    limits: Limits,
    *,
    page: int | None = None,
    is_paged: bool = False,
    expose: tuple[str, ...] = (),
) -> ListRequest:
    """Return a list request: limit and offset checked, or those of the page.

    Raises:
        ConflictingParameters: `perpage` or a page together with limit or offset, or `perpage`
            without a page.
        LimitExceeded: a limit above the setting.
    """
    has_window = parameters.limit is not None or parameters.offset is not None
    if parameters.perpage is not None and has_window:
        raise ConflictingParameters("perpage key is incompatible with limit and offset")
    if is_paged and has_window:
        raise ConflictingParameters(
            "requesting a specific page is incompatible with limit and offset"
        )
    if parameters.perpage is not None and not is_paged:
        raise ConflictingParameters(
            "perpage key requires that a page is requested (i.e. the path must contain /page/)"
        )
    _check_cursor(parameters, is_paged=is_paged)
    for size in (parameters.limit, parameters.perpage):
        if size is not None and size > limits.default:
            raise LimitExceeded(f"Limit and perpage cannot be bigger than {limits.default}")
    if is_paged:
        size = parameters.perpage if parameters.perpage is not None else limits.perpage
        number = 1 if page is None else page
        offset = min(LARGEST_OFFSET, max(0, number - 1) * size)
        return ListRequest(view, parameters, size, offset, Page(number, size), expose)
    limit = limits.default if parameters.limit is None else parameters.limit
    return ListRequest(view, parameters, limit, parameters.offset or 0, None, expose)


def _check_cursor(parameters: Parameters, *, is_paged: bool) -> None:
    """Refuse what a cursor, or a list without an exact total, does not go with."""
    if is_paged and parameters.count is not Count.EXACT:
        raise ConflictingParameters("Pages need the exact count.", hint="A cursor does not.")
    if parameters.cursor is None:
        return
    if is_paged or parameters.offset is not None:
        raise ConflictingParameters("A cursor is incompatible with pages and offset.")
    if parameters.limit == 0:
        raise BadValue("`limit` takes an integer from 1 with a cursor.")


def _check_filter(term: Term) -> Term:
    if len(term.values) > 1 and term.operator not in LISTS:
        raise BadRequest(
            f"The query string format is invalid. `{term.key}` takes one value.",
            hint=f"A list is written {term.key}=in=a,b",
        )
    return term


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
        raise BadValue(f'`{term.key}` takes a text, not {describe(value)}: {term.key}="..."')
    return value


def _switch(term: Term) -> bool:
    """`true`, `false`, `"False"`, `0` and the like."""
    value = _single(term)
    text = str(value.text if isinstance(value, Word) else value).lower()
    if text not in ("true", "false", "1", "0"):
        raise BadValue(f"`{term.key}` takes true or false.")
    return text in ("true", "1")


def _names(term: Term) -> tuple[str, ...]:
    """Names, each counted once, in the order given."""
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


READERS: dict[str, Callable[[Term], object]] = {
    "limit": _count,
    "offset": _count,
    "perpage": _perpage,
    "order": _order,
    "attributes": _flag,
    "attributes_filter": _names,
    "attributes_excluded": _names,
    "extras": _flag,
    "extras_filter": _names,
    "extras_excluded": _names,
    "full_type": _text,
    "in_limit": _count,
    "out_limit": _count,
    "filename": _text,
    "metadata": _switch,
    "download_format": _text,
    "download": _switch,
    "cursor": _text,
    "count": _count_mode,
    "profile": _any,
}
"""How the term of each parameter is read."""
