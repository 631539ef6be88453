"""What `provender ps` does: the list of processes, the newest first. Floor: cli."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from provender.cli.desk.opening import Desk, opened, tell
from provender.cli.desk.paper import Cell, Head, Paper, cell, paper, print_json
from provender.cli.desk.wording import short, state_cell, time_text, without_urls
from provender.cli.options import Options
from provender.errors import BadValue
from provender.query.querystring import grammar, relations
from provender.query.querystring.desk import listing as keys
from provender.query.querystring.parameter import Parameters
from provender.query.querystring.parameters import ORDER
from provender.query.querystring.request import ListRequest, check_size, read_parameters
from provender.query.terms import Operator, Term
from provender.translators.lists import Listing
from provender.translators.processes.listing import ProcessList
from provender.translators.records import Record
from provender.web.routes import views

# Characters of a time without its seconds.
MINUTES = 16
HEADS = (
    Head("uuid"),
    Head("created (UTC)"),
    Head("process", may_shrink=True),
    Head("state"),
    Head("message", may_shrink=True),
    Head("user", may_shrink=True, may_go=True),
    Head("computer", may_shrink=True, may_go=True),
    Head("caller", may_go=True),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of the command."""

    states: tuple[str, ...]
    failed: bool
    running: bool
    root: bool
    paused: bool
    jobs: bool
    past: str | None
    exit_status: int | None
    where: str | None
    limit: int
    as_json: bool


def run(options: Options, store: str | None, repository: Path | None, asked: Asked) -> None:
    """Print a list of processes."""
    request = _request(asked)
    with opened(options, store, repository) as desk:
        check_size(request.parameters, desk.limits)
        found = _listed(desk, request)
        tell(found.notes)
        if asked.as_json:
            print_json({"processes": found.records, "total": found.total})
            return
        _print(paper(), found)


def _listed(desk: Desk, request: ListRequest) -> Listing:
    expose, now = desk.store.profile.expose, datetime.now(timezone.utc)
    found = desk.ask(ProcessList(request, expose, str, now))
    return replace(found, records=without_urls(found.records))


def _request(asked: Asked) -> ListRequest:
    """Return the list that the options ask for, as if a query string asked for it."""
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


def _print(sheet: Paper, found: Listing) -> None:
    if not found.records:
        sheet.aside("No process is like that.")
        return
    sheet.columns(HEADS, [_row(record) for record in found.records])
    shown, total = len(found.records), found.total or 0
    more = "; --limit shows more" if shown < total else ""
    sheet.aside(f"{shown:,} of {total:,}{more}")


def _row(record: Record) -> tuple[Cell, ...]:
    user, computer = record["user"] or {}, record["computer"] or {}
    return (
        Cell(short(record["uuid"])),
        Cell(time_text(record["ctime"])[:MINUTES]),
        cell(record["process_label"] or record["label"]),
        state_cell(record),
        cell(record["exit_message"]),
        cell(user.get("name")),
        cell(computer.get("label")),
        Cell(short(record["parent"]), "dim"),
    )
