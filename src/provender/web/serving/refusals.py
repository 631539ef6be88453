"""Answers of the server itself, to what never became a request: JSON. Floor: web."""

from __future__ import annotations

import time
from typing import Any

from waitress.task import ErrorTask

from provender.logs import REQUEST_ID
from provender.web.answers.encoding import dumps
from provender.web.middleware import requestlog
from provender.web.middleware.observer import ALWAYS, HEADER, request_id
from provender.web.middleware.trace import Trace

# By status: the code of the error, and what would be right.
KNOWN = {
    400: (
        "bad-request",
        "A request has one host and one length (RFC 9112); its lines end with CR LF.",
    ),
    413: ("body-too-large", "The setting `limits.body_bytes` is the largest size of a body."),
    414: ("url-too-long", "A long query can be posted to /querybuilder."),
    431: ("headers-too-large", "Send fewer or shorter headers, such as cookies."),
    501: ("not-served", "Send the body as it is, or `Transfer-Encoding: chunked`."),
}
UNKNOWN = ("internal-error", None)


class Refusal:
    """The error of a request that waitress, or our parser, refused; its text is `body`."""

    def __init__(self, code: int, reason: str, body: str) -> None:
        self.code = code
        self.reason = reason
        self.body = body


class RefusalTask(ErrorTask):
    """Answers a refused request, and ends the connection."""

    def execute(self) -> None:
        """Write the answer."""
        error = self.request.error
        code, hint = KNOWN.get(error.code, UNKNOWN)
        text = "The server failed to answer this request." if hint is None else error.body
        content = dumps(_body(text, code, hint))
        name = request_id(self.request.headers.get("X_REQUEST_ID", ""))
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [
            ("Content-Type", "application/json"),
            ("Access-Control-Allow-Origin", "*"),
            (HEADER, name),
            *ALWAYS,
        ]
        self.set_close_on_finish()
        self.content_length = len(content)
        self.write(content)
        self._log(Trace(name, self.start_time, status=error.code, bytes=len(content)))

    def _log(self, trace: Trace) -> None:
        """Write the line of the log that every answer has, with what is known of the request."""
        environ = {
            "REQUEST_METHOD": getattr(self.request, "command", "") or "?",
            "PATH_INFO": getattr(self.request, "path", ""),
            "REMOTE_ADDR": self.channel.addr[0],
        }
        trace.seconds = time.time() - trace.begun
        token = REQUEST_ID.set(trace.request_id)
        try:
            requestlog.write(environ, trace)
        finally:
            REQUEST_ID.reset(token)


def _body(text: str, code: str, hint: str | None) -> dict[str, Any]:
    return {"message": text, "code": code} | ({"hint": hint} if hint else {})
