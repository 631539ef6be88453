"""One process: its state, its summary, its history. Floor: web."""

from __future__ import annotations

import hashlib

from flask import Response, request

from provender.errors import ConflictingParameters
from provender.query.querystring.desk.one import DEPTH, TREE, WAIT
from provender.translators.identity import parse_identifier
from provender.translators.processes.history import HistoryOf
from provender.translators.processes.status import Status, StatusOf
from provender.translators.processes.summary import SummaryOf, Urls
from provender.translators.processes.tree import TreeSummaryOf
from provender.version import __version__
from provender.web.answers.encoding import dumps
from provender.web.answers.freshness import marked
from provender.web.answers.responses import root_url
from provender.web.answers.states import unchanged
from provender.web.answers.waits import single_threaded
from provender.web.resources.base import Found
from provender.web.resources.processes import ProcessNode
from provender.web.resources.urls import node_url, process_url


class OneProcess(ProcessNode):
    """Answers the routes of one process at the desk."""

    def status(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer the state of a process, after a change if the client waits for one."""
        identifier, seconds = parse_identifier(self.view, id), self.parameters[WAIT]
        found = self._look(identifier)
        if seconds and not found.value.is_final:
            found = self._changed(identifier, found, seconds)
        etag = self._etag(found)
        known = unchanged(etag)
        if known is not None:
            return known
        pk, record, notes = found.value.pk, found.value.record, found.value.notes
        answer = self.answer({"status": record}, 1, found, identifier=id, pk=pk, notes=notes)
        return marked(answer, etag)

    def summary(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer all about a process, with what it called if that is asked for."""
        identifier, parameters = parse_identifier(self.view, id), self.parameters
        urls, deepest = self._urls(), parameters[DEPTH]
        inquiry = SummaryOf(self.view, identifier, urls, self.limits)
        if parameters[TREE]:
            inquiry = TreeSummaryOf(self.view, identifier, urls, self.limits, deepest)
        elif deepest is not None:
            raise ConflictingParameters("`depth` is that of the tree.", hint="tree=1&depth=2")
        found = self.inquire(inquiry)
        pk, record, notes = found.value.pk, found.value.record, found.value.notes
        return self.answer({"summary": record}, 1, found, identifier=id, pk=pk, notes=notes)

    def history(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer the events in the life of a process."""
        identifier, _ = parse_identifier(self.view, id), self.parameters
        found = self.inquire(HistoryOf(self.view, identifier, self._urls(), self.limits))
        pk, events, notes = found.value.pk, found.value.events, found.value.notes
        data = {"history": events}
        return self.answer(data, len(events), found, identifier=id, pk=pk, notes=notes)

    def _urls(self) -> Urls:
        """Return the functions that give addresses of processes and of nodes."""
        return Urls(process_url(self), node_url(self))

    def _look(self, identifier: str | int) -> Found[Status]:
        """Return the state of a process now; the store is given back."""
        found = self.inquire(StatusOf(self.view, identifier), is_named=False)
        self.context.end_leases()
        return found

    def _changed(
        self, identifier: str | int, found: Found[Status], seconds: float
    ) -> Found[Status]:
        """Return the state after a change, or the last one that was seen when time is up.

        A client that names states by `If-None-Match` waits for another one.
        """
        asked, etag = request.if_none_match, self._etag(found)
        known = asked.as_set(include_weak=True) if asked and not asked.star_tag else {etag}
        if etag not in known:
            return found
        if not request.environ.get("wsgi.multithread"):
            raise single_threaded()
        with self.context.waits.place(seconds) as place:
            while place.pause():
                found = self._look(identifier)
                if found.value.is_final or self._etag(found) not in known:
                    break
        return found

    def _etag(self, found: Found[Status]) -> str:
        """Return the ETag of a state: it depends on what the answer shows and on nothing else."""
        shown = [note.record() for note in (*found.value.notes, *found.notes)]
        parts = (self.context.fingerprint, __version__, root_url(), request.path)
        content = dumps([*parts, found.value.record, shown])
        return hashlib.sha256(content).hexdigest()[:32]
