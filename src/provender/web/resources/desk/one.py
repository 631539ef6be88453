"""One process: its state, its summary, its history. Floor: web."""

from __future__ import annotations

import hashlib

from flask import Response, request

from provender.query.querystring.desk.one import WAIT
from provender.translators.identity import parse_identifier
from provender.translators.processes.status import Status, StatusOf
from provender.version import __version__
from provender.web.answers.conditions import is_known
from provender.web.answers.encoding import dumps
from provender.web.answers.freshness import NOT_MODIFIED, marked
from provender.web.answers.responses import root_url
from provender.web.answers.waits import single_threaded
from provender.web.resources.base import Found
from provender.web.resources.processes import ProcessNode


class OneProcess(ProcessNode):
    """Answers the routes of one process at the desk."""

    def status(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer the state of a process, after a change if the client waits for one."""
        identifier, seconds = parse_identifier(self.view, id), self.parameters[WAIT]
        found = self._look(identifier)
        if seconds and not found.value.is_final:
            found = self._changed(identifier, found, seconds)
        etag = self._etag(found)
        if is_known(request.environ, etag):
            return marked(Response(status=NOT_MODIFIED), etag)
        data = {"status": found.value.record}
        answer = self.answer(
            data, 1, found, identifier=id, pk=found.value.pk, notes=found.value.notes
        )
        return marked(answer, etag)

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
