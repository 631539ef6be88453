"""Lists of a view, and one object as a list of one. Floor: translators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from provender.caching import cached
from provender.errors import PageOutOfRange
from provender.query.plan import planning
from provender.query.plan.expense import is_expensive
from provender.query.plan.plan import Plan
from provender.query.plan.views import View, vocabulary
from provender.query.querydict import QueryDict
from provender.query.querystring import builder
from provender.query.querystring.advice import Note
from provender.query.querystring.parameter import Parameters
from provender.query.querystring.request import ListRequest, Page
from provender.schema.statements import Record as Values
from provender.translators import chosen, paging
from provender.translators.identity import One
from provender.translators.inquiry import Inquiry
from provender.translators.paging import Window
from provender.translators.records import Record, presenter
from provender.translators.session import Session

# Largest number of filters of a request whose plan is cached.
MOST_FILTERS = 20


@dataclass(frozen=True, slots=True)
class Listing:
    """Records of a list, and the total number of records.

    `pk` belongs to the object that the list is about or consists of. `following` is the cursor of
    the next page of a walk. `notes` are about stored values that no record can show.
    """

    total: int | None
    records: list[Record]
    page: Page | None = None
    pk: int | None = None
    following: str | None = None
    notes: tuple[Note, ...] = ()


class ListOf(Inquiry[Window, Listing]):
    """A list, or a page of it. `present` raises `PageOutOfRange` for a page behind the last one.

    `scope` names what the list belongs to: a cursor of another one is refused.
    """

    def __init__(self, request: ListRequest, expose: tuple[str, ...], scope: object = "") -> None:
        self._request = request
        self._plan, is_expensive_alone = _plan(request, expose)
        self.is_expensive = is_expensive_alone or request.where.is_wide
        self._cursor = paging.read_cursor(self._plan, request, scope)

    def read(self, session: Session) -> Window:
        """Return the rows of the page."""
        request = self._request
        return paging.read_window(self.narrowed(session), request, session, self._cursor)

    def narrowed(self, session: Session) -> Plan:
        """Return the plan of the list with its relations; errors as `chosen.narrow`."""
        request = self._request
        return chosen.narrow(self._plan, request.view.name, request.where, session)

    def present(self, raw: Window) -> Listing:
        """Return the records of the page."""
        return listed(raw, self._request)


def _is_long(request: ListRequest, expose: tuple[str, ...]) -> bool:
    return len(request.parameters.filters) > MOST_FILTERS or bool(request.where.conditions)


@cached(256, unless=_is_long)
def _plan(request: ListRequest, expose: tuple[str, ...]) -> tuple[Plan, bool]:
    """Return the plan of a list, and whether it is expensive.

    Requests that share cached parameters share a plan.
    """
    plan = planned(builder.from_list(request), request.view, expose)
    plan = chosen.with_conditions(plan, request.where)
    return plan, is_expensive(plan)


def listed(window: Window, request: ListRequest, pk: int | None = None) -> Listing:
    """Return the records of a window; raises `PageOutOfRange`."""
    if request.page is not None:
        check_page(request.page, window.total or 0)
    present = presenter(request.view, request.parameters)
    records = [present(values) for values in window.records]
    if window.link_counts is not None:
        for record in records:
            record["link_counts"] = window.link_counts[record["id"]]
    return Listing(window.total, records, request.page, pk, window.following)


class Detail(Inquiry[list[Values], Listing]):
    """One object as a list of one."""

    is_single: ClassVar[bool] = True

    def __init__(self, view: View, identifier: str | int, parameters: Parameters) -> None:
        self._view = view
        self._parameters = parameters
        self._one = One(view, identifier, builder.projection(view, parameters))

    def read(self, session: Session) -> list[Values]:
        """Return the rows of the id, two at most."""
        return session.rows(self._one.plan)

    def present(self, raw: list[Values]) -> Listing:
        """Return the record."""
        record = presenter(self._view, self._parameters)(self._one.only(raw))
        return Listing(1, [record], pk=record["id"])


def planned(question: QueryDict, view: View, expose: tuple[str, ...] = ()) -> Plan:
    """Return the plan of a query of a view."""
    return planning.check(question, {view.entity.name: vocabulary(view, expose)})


def check_page(page: Page, total: int) -> None:
    """Raise `PageOutOfRange` for a page that a list of this length does not have."""
    last = max(1, -(-total // page.size))
    if not 1 <= page.number <= last:
        raise PageOutOfRange(f"Non existent page requested. The page range is [1 : {last}]")
