"""Templates over links: a page of nodes, each as a template wants it. Floor: translators."""

from __future__ import annotations

from dataclasses import dataclass

from provender.query.plan.expense import is_expensive
from provender.query.plan.template import Template
from provender.query.querystring import builder
from provender.query.querystring.request import ListRequest
from provender.schema.statements import Record as Values
from provender.settings import Limits
from provender.translators import chosen, paging
from provender.translators.inquiry import Inquiry
from provender.translators.lists import Listing, planned
from provender.translators.paging import Window
from provender.translators.selections.below import THING, Reading, Things
from provender.translators.selections.filled import Filling
from provender.translators.selections.flat import flattened
from provender.translators.session import Session

# Rows, or rows times layers, from which a template may take long.
MANY = 1000
# Characters of rows from which an answer may take long.
MANY_LETTERS = 1_000_000
# Things in an answer where no limits are given.
MOST = Limits().things


@dataclass(frozen=True, slots=True)
class Read:
    """The ids of the nodes of a page in their order, and what was read of them.

    `number` rows were read on all layers, with so many `letters`.
    """

    window: Window
    things: Things
    rows: list[Values]
    answer_bytes: int
    number: int
    letters: int


class SelectOf(Inquiry[Read, Listing]):
    """A page of nodes as a template wants them, with `most` things on all layers.

    `is_flat` gives objects without objects inside.
    """

    def __init__(
        self,
        request: ListRequest,
        template: Template,
        expose: tuple[str, ...],
        *,
        most: int = MOST,
        is_flat: bool,
    ) -> None:
        self._request, self._template, self._is_flat = request, template, is_flat
        self._most = most
        view = request.view
        question = {**builder.from_list(request), "project": {view.name: ["id"]}}
        plan = planned(question, view, expose)  # type: ignore[arg-type] # a question still
        self._plan = chosen.with_conditions(plan, request.where)
        self._cursor = paging.read_cursor(self._plan, request)
        layers = 1 + sum(1 for _ in template.every_layer())
        is_large = request.limit * layers > MANY
        self.is_expensive = is_large or request.where.is_wide or is_expensive(self._plan)

    def read(self, session: Session) -> Read:
        """Return the ids of the page, and the rows of all layers."""
        request = self._request
        plan = chosen.narrow(self._plan, request.view.name, request.where, session)
        window = paging.read_window(plan, request, session, self._cursor)
        ids = {pk for (pk,) in window.records} - {None}
        reading = Reading(session, self._most)
        things, rows = reading.things(self._template, ids)
        size = (reading.number, reading.letters)
        return Read(window, things, rows, session.answer_bytes, *size)

    def takes_long(self, raw: Read) -> bool:
        """Return whether the rows are many or large."""
        return raw.number > MANY or raw.letters > MANY_LETTERS

    def present(self, raw: Read) -> Listing:
        """Return the objects of the page."""
        filling = Filling(raw.answer_bytes, self._most)
        by_pk = {row[THING]: row for row in raw.rows}
        pks = [pk for (pk,) in raw.window.records]
        records = [filling.thing(raw.things, by_pk[pk]) for pk in pks if pk in by_pk]
        if self._is_flat:
            records = [flattened(self._template, record) for record in records]
        return Listing(raw.window.total, records, following=raw.window.following)
