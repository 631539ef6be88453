"""Questions about processes, checked before anybody is asked. Floor: cli."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from provender.cli.sources.asked import ProcessesAsked
from provender.errors import BadValue, UnknownRoute
from provender.logs import printable
from provender.query.plan.views import View
from provender.query.querystring import grammar, relations
from provender.query.querystring.desk import listing as keys
from provender.query.querystring.parameter import Parameters
from provender.query.querystring.parameters import ORDER
from provender.query.querystring.request import ListRequest, read_parameters
from provender.query.terms import Operator, Term
from provender.translators.identity import parse_identifier
from provender.web.routes import views

LISTED = "`provender ps` lists processes with the beginnings of their uuids."


def read_identifier(view: View, text: str, hint: str = LISTED) -> str | int:
    """Return the pk, or the beginning of a uuid in any case, that a person wrote.

    Raises:
        BadValue: it is neither.
    """
    try:
        return parse_identifier(view, text.strip().lower())
    except UnknownRoute:
        may_be_pk = ", or a pk" if view is views.PROCESSES else ""
        raise BadValue(
            f"`{printable(text[:50])}` is not an id: an id is the beginning of a uuid{may_be_pk}.",
            hint=hint,
        ) from None


def request_of(asked: ProcessesAsked) -> ListRequest:
    """Return the list that the options ask for, as if a query string asked for it.

    Raises:
        BadRequest: an option has no meaning.
    """
    given: dict[str, Any] = {
        keys.INCLUDE.name: (keys.SUMMARY,),
        ORDER.name: keys.NEWEST_FIRST,
    }
    switches = {keys.FAILED: asked.failed, keys.RUNNING: asked.running, keys.ROOT: asked.root}
    given |= {key.name: True for key, is_on in switches.items() if is_on}
    if asked.states:
        given[keys.STATE.name] = tuple(dict.fromkeys(state.upper() for state in asked.states))
    if asked.past is not None:
        given[keys.PAST.name] = keys.PAST.read(_term("past", asked.past))
    if asked.exit_status is not None:
        status = _term(keys.EXIT_STATUS.name, Decimal(asked.exit_status))
        given[keys.EXIT_STATUS.name] = keys.EXIT_STATUS.read(status)
    chosen = _where(asked.where)
    paused = Term("attributes", Operator.EQUAL, (True,), path=("paused",))
    filters = (*chosen.filters, *([paused] if asked.paused else ()))
    parameters = Parameters(filters, {**chosen.given, **given})
    view = views.CALCJOBS if asked.jobs else views.PROCESSES
    where = relations.where(parameters)
    return ListRequest(view, parameters, asked.limit, 0, where=where)


def _term(key: str, value: str | Decimal) -> Term:
    return Term(key, Operator.EQUAL, (value,))


def _where(text: str | None) -> Parameters:
    """Return a filter that is written as in a query string."""
    if text is None:
        return Parameters()
    raw = frozenset(key.name for key in relations.KEYS)
    if not text.strip():
        raise BadValue("`--where` takes a filter.", hint="--where 'attributes.process_label=\"x\"'")
    terms = grammar.parse_text(text, raw)
    return read_parameters(terms, {key.name: key for key in relations.KEYS})
