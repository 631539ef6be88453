"""Logs of processes: slices of rows, in three forms, and their size. Floor: web."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import Response

from provender.query.querystring.advice import Note
from provender.query.querystring.desk import logs as keys
from provender.query.querystring.parameter import Parameters
from provender.translators.identity import parse_identifier
from provender.translators.processes.logs import LogFilter, LogRequest, LogSizeOf, LogsOf
from provender.web.answers import responses
from provender.web.answers.encoding import dumps
from provender.web.answers.files import ISOLATED
from provender.web.answers.states import named_by_content
from provender.web.resources.base import NOTES, BaseResource, in_header

MEDIA = {"text": "text/plain; charset=utf-8", "ndjson": "application/x-ndjson"}


class ProcessLogs(BaseResource):
    """Answers the routes of the logs of a process."""

    def rows(self, id: str, bounds: str | None = None) -> Response:  # noqa: A002 - as in the path
        """Answer rows of the log; the bounds may stand in the path."""
        identifier, parameters = parse_identifier(self.view, id), self.parameters
        start, stop = parameters[keys.START], parameters[keys.STOP]
        if bounds is not None:
            start, stop = keys.read_bounds(bounds)
        asked = _asked(parameters, start, stop)
        inquiry = LogsOf(self.view, identifier, asked, self.limits)
        found = self.inquire(inquiry, is_named=False)
        log, form = found.value, parameters[keys.FORMAT]
        if form in MEDIA:
            lines = (
                row.text().encode() if form == "text" else dumps(row.record()).rstrip()
                for row in log.rows
            )
            return self._plain(lines, form, log.total, (*log.notes, *found.notes))
        data = {"logs": [row.record() for row in log.rows]}
        return named_by_content(
            self.answer(data, log.total, found, identifier=id, pk=log.pk, notes=log.notes)
        )

    def size(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer how large the log is."""
        identifier, parameters = parse_identifier(self.view, id), self.parameters
        inquiry = LogSizeOf(self.view, identifier, _asked(parameters, None, None), self.limits)
        found = self.inquire(inquiry, is_named=False)
        size = found.value
        data = {
            "size": {
                "lines": size.lines,
                "rows": size.rows,
                "by_level": size.by_level,
                "last": size.last,
            }
        }
        return named_by_content(
            self.answer(data, size.rows, found, identifier=id, pk=size.pk, notes=size.notes)
        )

    def _plain(
        self, lines: Iterable[bytes], form: str, total: int | None, notes: Sequence[Note]
    ) -> Response:
        """Return an answer without an envelope: lines of text or of JSON."""
        body = b"".join(part for line in lines for part in (line, b"\n"))
        response = Response(body, content_type=MEDIA[form])
        response.headers["Content-Security-Policy"] = ISOLATED
        if total is not None:
            responses.count(response, total)
        if notes:
            response.headers[NOTES] = in_header(notes)
        return named_by_content(responses.bounded(response, self.limits.answer_bytes))


def _asked(parameters: Parameters, start: int | None, stop: int | None) -> LogRequest:
    chosen = LogFilter(parameters[keys.LEVEL], parameters[keys.LOGGER], parameters[keys.SINCE])
    return LogRequest(start, stop, chosen, parameters[keys.RECURSIVE])
