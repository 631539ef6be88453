"""What a server answered that is no answer, and servers that do not answer. Floor: client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# The beginning of a page that is shown where a server gives no JSON.
SHOWN = 200
PAGES = "AiiDA's own server answers every error with such a page."


class ClientError(Exception):
    """Something that a server, or this client, could not do.

    Attributes:
        message: What is wrong.
        hint: What would be right, or an empty string.
        detail: Where the mistake is in a query, or an empty string.
        code: The server's own word for it, stable, or an empty string.
        status: The status of HTTP; 0 if there was no answer.
        request_id: By which the server's administrator finds the request in the log.
        url: What was asked for, or an empty string.
        retry_after: Seconds after which the server wants to be asked again, if it said so.
    """

    def __init__(  # noqa: PLR0913 - each is a word of the server
        self,
        message: str,
        *,
        hint: str = "",
        detail: str = "",
        code: str = "",
        status: int = 0,
        request_id: str = "",
        url: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.hint, self.detail = message, hint, detail
        self.code, self.status, self.request_id, self.url = code, status, request_id, url
        self.retry_after = retry_after

    def __str__(self) -> str:
        lines = [self.message, self.detail, self.hint]
        if self.request_id and self.status >= 500:  # noqa: PLR2004 - a fault of the server
            lines.append(f"Request {self.request_id} in the log of the server.")
        return "\n".join(line for line in lines if line)


class NotFound(ClientError):
    """There is no such node, file, route or profile."""


class Ambiguous(ClientError):
    """Several uuids begin as the one that was given."""


class BadQuery(ClientError):
    """A condition, a key or a value has no meaning; `hint` says what would be right."""


class TooLarge(ClientError):
    """More than the server allows in one request."""


class Unauthorized(ClientError):
    """The server wants a token, or another one."""


class NotServed(ClientError):
    """The server does not serve this: an older version, another program, or not for this node."""


class Outdated(ClientError):
    """What a cursor or a download began with has changed on the server: begin again."""


class ServerError(ClientError):
    """A fault of the server, or of what stands before it."""


class Busy(ServerError):
    """The server has no time now, and had none in all tries."""


class Unreachable(ServerError):
    """No connection to the server, or it broke in all tries."""


class StillRunning(ClientError, TimeoutError):
    """A process has not ended in the time that somebody waited for it."""


class Damaged(ClientError):
    """What arrived is not what the server has: another length or another SHA-256."""


class Incomplete(ClientError):
    """Of many files some could not be downloaded; all others were.

    Attributes:
        errors: The error of each, by its place on the server: the uuid of a node and a path.
    """

    def __init__(self, errors: Mapping[str, ClientError], done: int) -> None:
        place, first = next(iter(errors.items()))
        super().__init__(
            f"{len(errors):,} of {len(errors) + done:,} files could not be downloaded.",
            detail=f"{place}: {first.message}",
        )
        self.errors = errors


KINDS: Mapping[str, type[ClientError]] = {
    "ambiguous-identifier": Ambiguous,
    "limit-exceeded": TooLarge,
    "cursor-outdated": Outdated,
    "precondition-failed": Outdated,
    "corrupt-object": Damaged,
    "cannot-export": NotServed,
}
STATUSES: Mapping[int, type[ClientError]] = {
    400: BadQuery,
    401: Unauthorized,
    403: Unauthorized,
    404: NotFound,
    405: NotServed,
    410: Outdated,
    412: Outdated,
    413: TooLarge,
    414: TooLarge,
    429: Busy,
    431: TooLarge,
    501: NotServed,
    502: Busy,
    503: Busy,
    504: Busy,
}
# Refusals with status 503 that no waiting helps.
LASTING = ("unsupported-store", "store-misconfigured", "store-error", "query-timeout")


def kind(status: int, code: str) -> type[ClientError]:
    """Return the class of the error that a status and a code of a server mean."""
    if code in LASTING:
        return ServerError
    if code in KINDS:
        return KINDS[code]
    return STATUSES.get(status, BadQuery if status < 500 else ServerError)  # noqa: PLR2004 - HTTP


def read_error(status: int, document: object, url: str, request_id: str) -> ClientError:
    """Return the error of an answer; `document` is its JSON, or what stood in its place."""
    if not isinstance(document, dict) or not isinstance(document.get("message"), str):
        return _wordless(status, document, url, request_id)
    code = _text(document, "code")
    return kind(status, code)(
        document["message"],
        hint=_text(document, "hint"),
        detail=_text(document, "detail"),
        code=code,
        status=status,
        request_id=request_id,
        url=url,
    )


def _wordless(status: int, document: object, url: str, request_id: str) -> ClientError:
    text = document if isinstance(document, str) else ""
    is_page = text.lstrip()[:1] == "<"
    shown = "a page for people" if is_page else " ".join(text.split())[:SHOWN] or "no reason"
    return kind(status, "")(
        f"The server answered {status} with {shown}.",
        hint=PAGES if is_page and status == 500 else "",  # noqa: PLR2004 - what AiiDA sends
        status=status,
        request_id=request_id,
        url=url,
    )


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    return value if isinstance(value, str) else ""
