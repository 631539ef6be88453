"""Lists of processes: the nodes of a list, on request each with its row. Floor: translators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from provender.caching import cached
from provender.query import questions
from provender.query.plan.expense import is_expensive
from provender.query.plan.plan import Plan
from provender.query.querystring import builder
from provender.query.querystring.advice import Note
from provender.query.querystring.desk.listing import (
    EXIT_STATUS,
    INCLUDE,
    NEWEST_FIRST,
    PAST,
    SUMMARY,
    asked,
    filters,
)
from provender.query.querystring.parameter import Parameters
from provender.query.querystring.parameters import ORDER
from provender.query.querystring.request import ListRequest
from provender.schema.statements import Record as Values
from provender.translators import chosen, paging
from provender.translators.inquiry import Inquiry
from provender.translators.lists import MOST_FILTERS, Listing, listed, planned
from provender.translators.paging import Window
from provender.translators.processes.rows import COLUMNS, Companions, read_companions, row_of
from provender.translators.session import Session

# What every row of nodes has anyway, of the columns of a process.
SHOWN = ("id", "uuid", "user_id")
ADDED = tuple(name for name in COLUMNS if name not in SHOWN)


@dataclass(frozen=True, slots=True)
class ProcessWindow:
    """A window of processes, and what their rows show of other tables."""

    window: Window
    companions: Companions = field(default_factory=Companions)


class ProcessList(Inquiry[ProcessWindow, Listing]):
    """A list of processes, or a page of it; `url` gives the address of the process of a uuid.

    Without `past` and `include` the answer is that of a list of nodes.
    """

    def __init__(
        self,
        request: ListRequest,
        expose: tuple[str, ...],
        url: Callable[[str], str],
        now: datetime,
    ) -> None:
        self._request = request
        self._url = url
        shown = builder.projection(request.view, Parameters())
        self._places = [shown.index(name) for name in SHOWN]
        self._has_summary = SUMMARY in request.parameters[INCLUDE]
        self._plan, is_expensive_alone = _plan(request, expose)
        self.is_expensive = is_expensive_alone or request.where.is_wide
        self._cursor = paging.read_cursor(self._plan, request, asked(request.parameters))
        self._windowed(now)

    def _windowed(self, now: datetime) -> None:
        """Narrow the plan down to the window of time; the pages of a walk share one window."""
        past = self._request.parameters[PAST]
        if past is None:
            return
        cursor, start = self._cursor, past.start(now)
        if cursor is not None and cursor.since is not None:
            start = _instant(cursor.since, start)
        elif cursor is not None:
            self._cursor = replace(cursor, since=int(start.timestamp()))
        self._plan = questions.since(self._plan, self._request.view.name, "ctime", start)
        self.moment = f"since {start.isoformat()}"

    def read(self, session: Session) -> ProcessWindow:
        """Return the rows of the page, and what they show of other tables."""
        request = self._request
        plan = chosen.narrow(self._plan, request.view.name, request.where, session)
        window = paging.read_window(plan, request, session, self._cursor)
        if not self._has_summary:
            return ProcessWindow(window)
        rows = [*map(self._columns, window.records)]
        return ProcessWindow(window, read_companions(session, rows))

    def present(self, raw: ProcessWindow) -> Listing:
        """Return the records of the page; raises `PageOutOfRange` behind the last one."""
        found = listed(raw.window, self._request)
        if not self._has_summary:
            return found
        notes: list[Note] = []
        for record, values in zip(found.records, raw.window.records, strict=True):
            row = row_of(self._columns(values), raw.companions, self._url)
            record.update(row.record)
            notes += row.notes
        return replace(found, notes=tuple(notes))

    def _columns(self, values: Values) -> Values:
        """Return the columns of a process among the values of a row of the list."""
        return (*(values[place] for place in self._places), *values[-len(ADDED) :])


def _instant(seconds: int, latest: datetime) -> datetime:
    """Return the instant of a cursor, or the latest if there is no such instant."""
    try:
        return datetime.fromtimestamp(seconds, timezone.utc)
    except (OverflowError, ValueError, OSError):
        return latest


def _is_long(request: ListRequest, expose: tuple[str, ...]) -> bool:
    return len(request.parameters.filters) > MOST_FILTERS


@cached(256, unless=_is_long)
def _plan(request: ListRequest, expose: tuple[str, ...]) -> tuple[Plan, bool]:
    """Return the plan of a list without its window of time, and whether it is expensive.

    States and failures may be served by an index, and then take no time at all. If they do take
    long, the store learns it.
    """
    view, parameters = request.view, request.parameters
    question = builder.from_list(request)
    plain = planned(question, view, expose)
    conditions = [*question["filters"][view.name]["and"], *filters(parameters)]
    project = [*question["project"][view.name]]
    if SUMMARY in parameters[INCLUDE]:
        project += ADDED
    order = question["order_by"]
    if parameters[PAST] is not None and not parameters[ORDER]:
        order = [{view.name: builder.ordering(view, NEWEST_FIRST)}]
    plan = planned(
        {
            **question,
            "filters": {view.name: {"and": conditions}},
            "project": {view.name: project},
            "order_by": order,
        },
        view,
        expose,
    )
    return plan, is_expensive(plain) or parameters[EXIT_STATUS] is not None
