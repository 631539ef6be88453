"""From terms to a typed request; the only checks of special keys. Floor: query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from provender.errors import BadOperator, BadRequest, BadValue, ConflictingParameters, LimitExceeded
from provender.query.plan.lengths import check_columns, check_lengths
from provender.query.plan.views import View
from provender.query.plan.where import EVERYTHING, Where
from provender.query.querystring import relations
from provender.query.querystring.grammar import LISTS
from provender.query.querystring.parameter import Parameter, Parameters
from provender.query.querystring.parameters import (
    ATTRIBUTES_FILTER,
    COUNT,
    CURSOR,
    EXTRAS_FILTER,
    LIMIT,
    OFFSET,
    PERPAGE,
)
from provender.query.querystring.readers import LARGEST_OFFSET, Count
from provender.query.terms import Operator, Term
from provender.settings import Limits

CACHE_BUSTER = "_"
PATTERNS = (Operator.LIKE, Operator.ILIKE, Operator.CONTAINS)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list, counted from 1."""

    number: int
    size: int


@dataclass(frozen=True, slots=True)
class ListRequest:
    """A request for a list; all of it is checked, except for the names of fields.

    `where` is what a selection says beside the filters.
    """

    view: View
    parameters: Parameters
    limit: int
    offset: int
    page: Page | None = None
    where: Where = EVERYTHING


def read_parameters(
    terms: tuple[Term, ...],
    specials: Mapping[str, Parameter[Any]],
    refused: tuple[Operator, ...] = (),
) -> Parameters:
    """Return the filters and special keys of a query string; `specials` maps keys to parameters.

    `refused` are operators that the dialect does not have.

    Raises:
        ConflictingParameters: a special key given twice.
        BadOperator: another operator than `=` after a special key.
        BadValue: a value that a special key does not take.
        BadRequest: a list where one value belongs.
    """
    given: dict[Parameter[Any], list[Term]] = {}
    filters: list[Term] = []
    for term in terms:
        if term.operator in refused:
            raise BadOperator(f"There is no operator `{term.operator.value}` here.")
        parameter = None if term.path else specials.get(term.key)
        if parameter is None:
            if term.path or term.key != CACHE_BUSTER:
                filters.append(_check_filter(term))
            continue
        if parameter in given and not parameter.is_repeated:
            raise ConflictingParameters(f"You cannot specify {term.key} more than once")
        given.setdefault(parameter, []).append(term)
    for parameter, found in given.items():
        for term in found:
            if term.operator not in parameter.operators:
                raise _wrong_operator(parameter, term)
    values = {parameter.name: _value(parameter, found) for parameter, found in given.items()}
    return Parameters(tuple(filters), values)


def _value(parameter: Parameter[Any], terms: list[Term]) -> object:
    """Return the value of a key, or the values of one that may be repeated."""
    if parameter.is_repeated:
        return tuple(parameter.read(term) for term in terms)
    return parameter.read(terms[0])


def _wrong_operator(parameter: Parameter[Any], term: Term) -> BadOperator:
    if len(parameter.operators) == 1:
        return BadOperator(f"only assignment operator '=' is permitted after '{term.key}'")
    known = ", ".join(operator.value for operator in parameter.operators)
    return BadOperator(f"After `{term.key}` there may be: {known}.")


def check_size(parameters: Parameters, limits: Limits) -> Parameters:
    """Return the parameters of a query string, if it has no more parts than settings allow.

    Raises:
        LimitExceeded: too many filters or columns, a list of too many items, or long patterns.
    """
    number = len(parameters.filters)
    lists = [value for value in parameters.given.values() if isinstance(value, tuple)]
    if not number and not lists:
        return parameters
    if number > limits.filters:
        raise LimitExceeded(
            f"The request has {number} filters, more than `limits.filters` ({limits.filters}).",
            hint="=in= compares one key with many values.",
        )
    lengths = [len(items) for items in (*lists, *(term.values for term in parameters.filters))]
    if lengths and max(lengths) > limits.list_items:
        raise LimitExceeded(
            f"A list has {max(lengths)} items, more than `limits.list_items` ({limits.list_items})."
        )
    picked = (parameters[ATTRIBUTES_FILTER] or (), parameters[EXTRAS_FILTER] or ())
    check_columns(sum(map(len, picked)), limits)
    patterns = [term.values for term in parameters.filters if term.operator in PATTERNS]
    if patterns:
        lengths = [len(text) for values in patterns for text in values if isinstance(text, str)]
        check_lengths(lengths, limits.pattern_chars)
    return parameters


def read_list(
    view: View,
    parameters: Parameters,
    limits: Limits,
    *,
    page: int | None = None,
    is_paged: bool = False,
    where: Where | None = None,
) -> ListRequest:
    """Return a list request: limit and offset checked, or those of the page.

    `where` is what was posted; without it, what the keys say.

    Raises:
        ConflictingParameters: `perpage` or a page together with limit or offset, or `perpage`
            without a page.
        LimitExceeded: a limit above the setting.
    """
    limit, offset, perpage = parameters[LIMIT], parameters[OFFSET], parameters[PERPAGE]
    has_window = limit is not None or offset is not None
    if perpage is not None and has_window:
        raise ConflictingParameters("perpage key is incompatible with limit and offset")
    if is_paged and has_window:
        raise ConflictingParameters(
            "requesting a specific page is incompatible with limit and offset"
        )
    if perpage is not None and not is_paged:
        raise ConflictingParameters(
            "perpage key requires that a page is requested (i.e. the path must contain /page/)"
        )
    _check_cursor(parameters, is_paged=is_paged)
    for size in (limit, perpage):
        if size is not None and size > limits.default:
            raise LimitExceeded(f"Limit and perpage cannot be bigger than {limits.default}")
    where = relations.where(parameters) if where is None else where
    if is_paged:
        size = limits.perpage if perpage is None else perpage
        number = 1 if page is None else page
        start = min(LARGEST_OFFSET, max(0, number - 1) * size)
        return ListRequest(view, parameters, size, start, Page(number, size), where)
    size = limits.default if limit is None else limit
    return ListRequest(view, parameters, size, offset or 0, where=where)


def _check_cursor(parameters: Parameters, *, is_paged: bool) -> None:
    """Refuse keys that cannot be combined with a cursor or with an inexact total."""
    if is_paged and parameters[COUNT] is not Count.EXACT:
        raise ConflictingParameters(
            "`count` cannot be combined with pages, which need the exact count.",
            hint="Use `cursor` instead of pages.",
        )
    if parameters[CURSOR] is None:
        return
    if is_paged or parameters[OFFSET] is not None:
        raise ConflictingParameters("`cursor` is incompatible with pages and offset.")
    if parameters[LIMIT] == 0:
        raise BadValue("With `cursor`, `limit` must be at least 1.")


def _check_filter(term: Term) -> Term:
    if len(term.values) > 1 and term.operator not in LISTS:
        raise BadRequest(
            f"The query string format is invalid. `{term.key}` takes one value.",
            hint=f"A list is written {term.key}=in=a,b",
        )
    return term
