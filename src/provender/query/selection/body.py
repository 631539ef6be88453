"""The body of a selection: `where` or a QueryBuilder dictionary, and its window. Floor: query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from provender.errors import BadRequest, BadValue, UnknownField
from provender.query.plan.conditions import Target
from provender.query.plan.plan import Output, Plan
from provender.query.plan.values import describe_json
from provender.query.plan.views import View, vocabulary
from provender.query.plan.where import Where
from provender.query.posted.body import located, read_body
from provender.query.posted.reading import KEYS as OF_QUERY
from provender.query.posted.reading import read_posted
from provender.query.querystring.parameter import Parameter, Parameters
from provender.query.querystring.parameters import ORDER
from provender.query.querystring.request import read_parameters
from provender.query.selection.where import read_where
from provender.query.terms import Operator, Term, Value
from provender.settings import Limits

WHERE = "where"
EXAMPLE = '{"where": {"label": "silicon"}}'


@dataclass(frozen=True, slots=True)
class Body:
    """A posted selection, the special keys beside it, and what a route reads itself.

    `written` is the selection as it was posted.
    """

    where: Where
    parameters: Parameters
    more: Mapping[str, Any]
    written: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Form:
    """What a body may hold: conditions on a view, `specials` beside them, `more` of a route.

    Without `has_where` it chooses no nodes. `example` is what may be posted.
    """

    view: View
    specials: Mapping[str, Parameter[Any]]
    expose: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    has_where: bool = True
    example: str = EXAMPLE


def read_selection(raw: bytes, form: Form, limits: Limits) -> Body:
    """Return a posted selection.

    Raises:
        BadRequest: with the place as a JSON pointer, and what would be right.
        LimitExceeded: more than a setting allows.
    """
    body = _read(raw, form.example, limits)
    is_query = form.has_where and "path" in body
    query = {key: body.pop(key) for key in OF_QUERY if key in body} if is_query else {}
    where = Where(query=_ids(query, limits, form.expose)) if query else Where()
    try:
        _check_keys(body, form, is_query=is_query)
        if WHERE in body:
            where = read_where(body[WHERE], form.view, limits, form.expose)
        terms = tuple(
            term
            for key, item in form.specials.items()
            if key in body
            for term in _terms(key, item, body[key])
        )
    except BadRequest as error:
        raise (located(error, error.place) if error.place else error) from error
    own = {key: body[key] for key in form.more if key in body}
    written = {WHERE: body[WHERE]} if WHERE in body else query
    return Body(where, _parameters(terms, form), own, written)


def _parameters(terms: tuple[Term, ...], form: Form) -> Parameters:
    """Return the special keys of a body; errors of one of them have its place."""
    read: list[Parameters] = []
    for term in terms:
        try:
            read.append(read_parameters((term,), form.specials))
            for criterion in read[-1][ORDER]:
                vocabulary(form.view, form.expose).to_ask(form.view.name, criterion.key)
        except BadRequest as error:
            raise located(error, (term.key,)) from error
    return read_parameters(terms, form.specials)


def _read(raw: bytes, example: str, limits: Limits) -> dict[str, Any]:
    try:
        return read_body(raw, limits)
    except BadRequest as error:
        error.hint = example if error.hint else None
        raise


def _check_keys(body: Mapping[str, Any], form: Form, *, is_query: bool) -> None:
    has_where = form.has_where and not is_query
    valid = (*((WHERE,) if has_where else ()), *form.specials, *form.more)
    for key in body:
        if key not in valid:
            error = UnknownField(f"There is no key `{key}` here.", name=key, valid=valid)
            error.place = (key,)
            raise error


def _ids(query: Mapping[str, Any], limits: Limits, expose: tuple[str, ...]) -> Plan:
    """Return the plan of the ids of the nodes that a query of a QueryBuilder chooses.

    They are those of the last thing that it projects, else of the last one on its path.
    """
    plan = read_posted({**query, "distinct": False}, limits, expose).plan
    tag = plan.outputs[-1].target.tag if plan.outputs else plan.sources[-1].tag
    source = next((item for item in plan.sources if item.tag == tag), None)
    if source is None or source.entity.name != "node":
        raise BadRequest("The query has to choose nodes: the last thing that it projects is none.")
    ids = (Output("id", Target(tag, source.entity.fields["id"])),)
    if plan.limit is None:
        return replace(plan, outputs=ids, order=(), distinct=True)
    return replace(plan, outputs=ids)


def _terms(key: str, parameter: Parameter[Any], value: Any) -> Iterator[Term]:  # noqa: ANN401 - JSON
    """Yield a key of a body as the query string has it: once, or once for each item of a list."""
    is_several = parameter.is_repeated and isinstance(value, list)
    for item in value if is_several else [value]:
        yield _term(key, parameter, item)


def _term(key: str, parameter: Parameter[Any], value: Any) -> Term:  # noqa: ANN401 - JSON
    """Return a key of a body as the query string has it."""
    if parameter is ORDER and isinstance(value, str):
        value = [name.strip() for name in value.split(",")]
    values = value if isinstance(value, list) else [value]
    try:
        if parameter.is_raw and not isinstance(value, str):
            raise BadValue(f"`{key}` takes a string, not {describe_json(value)}.")
        return Term(key, Operator.EQUAL, tuple(_value(item) for item in values))
    except BadRequest as error:
        error.place = (key,)
        raise


def _value(value: Any) -> Value:  # noqa: ANN401 - JSON
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return Decimal(str(value))
    raise BadValue(f"A value is a string, a number or a boolean, not {describe_json(value)}.")
