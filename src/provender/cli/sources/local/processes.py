"""What a store answers about processes. Floor: cli."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TypeVar

from provender.cli.sources.asked import LogsAsked, ProcessesAsked
from provender.cli.sources.processes import request_of
from provender.cli.sources.records import without_urls
from provender.cli.sources.source import Found, Page
from provender.query.querystring.advice import Note
from provender.query.querystring.parameter import Parameters
from provender.query.querystring.request import ListRequest, check_size
from provender.query.terms import Operator, Term
from provender.schema.processes import LEVELS
from provender.settings import Limits
from provender.store.files.reaching import Work
from provender.store.registry import StoreRegistry
from provender.store.stores import Store
from provender.translators import flaws, inquiry
from provender.translators.inquiry import Inquiry
from provender.translators.lists import ListOf
from provender.translators.processes.listing import ProcessList
from provender.translators.processes.logs import MORE_ROWS, LogFilter, LogRequest, LogsOf
from provender.translators.processes.summary import Urls
from provender.translators.processes.traceback import FailureOf, told
from provender.translators.processes.tree import TreeSummaryOf
from provender.web.routes import views

_Raw = TypeVar("_Raw")
_Answer = TypeVar("_Answer")
Notes = tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class LocalProcesses:
    """Asks translators about processes."""

    registry: StoreRegistry
    limits: Limits

    @property
    def _store(self) -> Store:
        return self.registry.get()

    def listed(self, asked: ProcessesAsked) -> Page:
        """Return a list of processes, the newest first; wrong options are errors."""
        request = request_of(asked)
        check_size(request.parameters, self.limits)
        expose, now = self._store.profile.expose, datetime.now(timezone.utc)
        found, notes = self._ask(ProcessList(request, expose, str, now))
        return Page(without_urls(found.records), found.total or 0, (*notes, *found.notes))

    def alike(self, beginning: str, most: int) -> Page:
        """Return some processes whose uuids begin alike."""
        term = Term("uuid", Operator.LIKE, (f"{beginning}%",))
        request = ListRequest(views.PROCESSES, Parameters((term,)), most, 0)
        found = inquiry.answer(ListOf(request, ()), self._store)
        return Page(found.records, found.total or 0)

    def summary(self, identifier: str | int, depth: int) -> Found:
        """Return all about a process, with so many levels of what it called."""
        urls = Urls(str, str)
        question = TreeSummaryOf(views.PROCESSES, identifier, urls, self.limits, depth)
        found, notes = self._ask(question)
        return Found(without_urls(found.record), (*notes, *found.notes))

    def log(self, identifier: str | int, asked: LogsAsked, start: int | None) -> Page:
        """Return rows of a log from one on, as many as one question may ask for."""
        levels = None if asked.level is None else LEVELS[LEVELS.index(asked.level) :]
        request = LogRequest(start, None, LogFilter(levels), is_recursive=not asked.own)
        found, notes = self._ask(LogsOf(views.PROCESSES, identifier, request, self.limits))
        others = tuple(note for note in found.notes if note.code != MORE_ROWS)
        return Page([row.record() for row in found.rows], found.total, (*notes, *others))

    def traceback(self, identifier: str | int) -> Found:
        """Return why a process failed."""
        failure, notes = self._ask(FailureOf(views.PROCESSES, identifier))
        work = Work(self.registry.places, self.limits.statement_seconds)
        found = told(failure, self._store, work)
        return Found(found.record, (*notes, *found.notes))

    def _ask(self, question: Inquiry[_Raw, _Answer]) -> tuple[_Answer, Notes]:
        """Return the answer to an inquiry, and notes on values that cannot be shown."""
        reading = inquiry.read(question, self._store)
        return question.present(reading.raw), flaws.notes(reading.flaws)
