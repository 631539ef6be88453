"""Answers of the server itself, to what never became a request: JSON. Floor: web."""

from __future__ import annotations

import logging
from typing import Any

from waitress.task import ErrorTask

from provender.logs import printable
from provender.web.answers.encoding import dumps
from provender.web.middleware.observer import ALWAYS, HEADER, request_id

LOGGER = logging.getLogger(__name__)

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
        LOGGER.debug("a request of %s was refused: %s", self.channel.addr[0], printable(text))
        content = dumps(_body(text, code, hint))
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [
            ("Content-Type", "application/json"),
            ("Access-Control-Allow-Origin", "*"),
            (HEADER, request_id(self.request.headers.get("X_REQUEST_ID", ""))),
            *ALWAYS,
        ]
        self.set_close_on_finish()
        self.content_length = len(content)
        self.write(content)


def _body(text: str, code: str, hint: str | None) -> dict[str, Any]:
    return {"message": text, "code": code} | ({"hint": hint} if hint else {})
