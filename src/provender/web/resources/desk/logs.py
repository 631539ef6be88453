"""Logs of processes: slices of rows or of lines, in three forms, and their size. Floor: web."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict

from flask import Response

from provender.errors import ConflictingParameters
from provender.query.querystring.advice import Note
from provender.query.querystring.desk import logs as keys
from provender.store.files.lines import Most
from provender.translators.identity import parse_identifier
from provender.translators.processes.logs import LogFilter, LogRequest, LogSizeOf, LogsOf
from provender.translators.processes.streams import Stream, StreamOf
from provender.web.answers import responses
from provender.web.answers.encoding import dumps
from provender.web.answers.files import ISOLATED
from provender.web.answers.freshness import marked
from provender.web.answers.states import etag_of, named_by_content, unchanged
from provender.web.resources.base import NOTES, BaseResource, Found, in_header

MEDIA = {"text": "text/plain; charset=utf-8", "ndjson": "application/x-ndjson"}
MORE_LINES = "more-lines"
Bounds = tuple[int | None, int | None]


class ProcessLogs(BaseResource):
    """Answers the routes of the logs of a process."""

    def rows(self, id: str, bounds: str | None = None) -> Response:  # noqa: A002 - as in the path
        """Answer rows of the log, or lines of a stream; the bounds may stand in the path."""
        parameters = self.parameters
        given = parameters[keys.START], parameters[keys.STOP]
        slice_ = given if bounds is None else keys.read_bounds(bounds)
        if (stream := parameters[keys.STREAM]) is not None:
            return self._of_stream(id, stream, lambda found: self._lines(id, found, slice_))
        asked = self._asked(*slice_)
        inquiry = LogsOf(self.view, parse_identifier(self.view, id), asked, self.limits)
        found = self.inquire(inquiry, is_named=False)
        log, form = found.value, parameters[keys.FORMAT]
        if form in MEDIA:
            is_text, rows = form == "text", log.rows
            lines = (row.text().encode() if is_text else dumps(row.record()) for row in rows)
            return named_by_content(self._plain(lines, log.total, (*log.notes, *found.notes)))
        data = {"logs": [row.record() for row in log.rows]}
        return named_by_content(
            self.answer(data, log.total, found, identifier=id, pk=log.pk, notes=log.notes)
        )

    def size(self, id: str) -> Response:  # noqa: A002 - as in the path
        """Answer how large the log is, or a stream."""
        if (stream := self.parameters[keys.STREAM]) is not None:
            return self._of_stream(id, stream, lambda found: self._stream_size(id, found))
        identifier = parse_identifier(self.view, id)
        inquiry = LogSizeOf(self.view, identifier, self._asked(), self.limits)
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

    def _asked(self, start: int | None = None, stop: int | None = None) -> LogRequest:
        given = self.parameters
        chosen = LogFilter(given[keys.LEVEL], given[keys.LOGGER], given[keys.SINCE])
        return LogRequest(start, stop, chosen, given[keys.RECURSIVE])

    def _of_stream(
        self,
        text: str,
        stream: str,
        answer: Callable[[Found[Stream]], Response],
    ) -> Response:
        """Return an answer made of a file, unless the client has it: the key names the content."""
        given = [item.name for item in keys.OF_ROWS if self.parameters[item] not in (None, False)]
        if given:
            raise ConflictingParameters(
                f"`stream` gives lines of a file, which have no `{given[0]}`.",
                hint="With `stream` there may be `start`, `stop` and `format`.",
            )
        inquiry = StreamOf(self.view, parse_identifier(self.view, text), stream)
        found = self.inquire(inquiry, is_named=False)
        etag = etag_of(self.context.fingerprint, found.value.file.key)
        return unchanged(etag) or marked(answer(found), etag)

    def _lines(self, text: str, found: Found[Stream], bounds: Bounds) -> Response:
        """Return an answer with lines of a file."""
        most = Most(self.limits.log_rows, self.limits.answer_bytes)
        taken = found.value.lines(found.store, *bounds, most, self.context.work)
        notes = [_more(len(taken.lines), bounds[0])] if taken.is_cut else []
        form = self.parameters[keys.FORMAT]
        if form == "text":
            return self._plain(taken.lines, None, notes)
        lines = [line.decode("utf-8", "replace") for line in taken.lines]
        if form == "ndjson":
            return self._plain(map(dumps, lines), None, notes)
        data, pk = {"logs": lines}, found.value.pk
        return self.answer(data, None, found, identifier=text, pk=pk, notes=notes)

    def _stream_size(self, text: str, found: Found[Stream]) -> Response:
        size = found.value.size(found.store, self.context.work)
        data, pk = {"size": asdict(size)}, found.value.pk
        return self.answer(data, size.lines, found, identifier=text, pk=pk)

    def _plain(self, lines: Iterable[bytes], total: int | None, notes: Sequence[Note]) -> Response:
        """Return an answer without an envelope: lines of text or of JSON."""
        body = b"".join(part for line in lines for part in (line.removesuffix(b"\n"), b"\n"))
        response = Response(body, content_type=MEDIA[self.parameters[keys.FORMAT]])
        response.headers["Content-Security-Policy"] = ISOLATED
        if total is not None:
            responses.count(response, total)
        if notes:
            response.headers[NOTES] = in_header(notes)
        return responses.bounded(response, self.limits.answer_bytes)


def _more(shown: int, start: int | None) -> Note:
    following = (
        f" The others follow from start={(start or 0) + shown}." if (start or 0) >= 0 else ""
    )
    text = f"The slice has more lines than the {shown:,} shown (`limits.log_rows`).{following}"
    return Note(MORE_LINES, text, "stop")
