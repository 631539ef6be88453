"""The statuses of all routes: one row each, and the headers of answers. Floor: web.

A status that a route may answer is described where it is listed here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from werkzeug.http import HTTP_STATUS_CODES

from provender.errors import ConfigurationError, ProvenderError
from provender.web.openapi.shapes import STRING, Schema, array, closed
from provender.web.routes.route import Form, Route

JSON = "application/json"
OCTETS = "application/octet-stream"
# Codes that no error of the tree has: of a fault, and of the web server itself.
OF_SERVER = {431: ("headers-too-large",), 500: ("internal-error",)}
UNKNOWN_PATH = 404


def _everywhere(route: Route, method: str) -> bool:
    del route, method
    return True


def _of_files(route: Route, method: str) -> bool:
    del method
    return route.answer.form is Form.FILE


def _of_states(route: Route, method: str) -> bool:
    """Return whether an answer may have an ETag, which conditions are about."""
    return method == "GET" and (route.view is not None or route.answer.form is not Form.JSON)


def _of_conditions(route: Route, method: str) -> bool:
    """Return whether a request may want another state of the answer."""
    return _of_states(route, method) or _of_files(route, method)


def _of_changes(route: Route, method: str) -> bool:
    """Return whether a route tells what changed since a cursor."""
    del method
    return "has_more" in route.answer.more


def _of_some(route: Route, method: str) -> bool:
    """Return whether a route answers for some nodes, formats or stores only."""
    is_of_nodes = route.view is not None and "download" in route.path
    is_of_formats = route.answer.form is Form.TABLE
    return is_of_nodes or is_of_formats or _of_changes(route, method)


@dataclass(frozen=True, slots=True)
class Status:
    """A status: what it means, where it occurs, and the headers that its answer may have."""

    code: int
    text: str
    occurs: Callable[[Route, str], bool] = _everywhere
    headers: tuple[str, ...] = ()
    has_body: bool = True

    @property
    def name(self) -> str:
        """The name of the description of the answer: `NotFound`."""
        return "".join(word.capitalize() for word in HTTP_STATUS_CODES[self.code].split())


RETRY = ("Retry-After",)
RATES = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
STATUSES = (
    Status(206, "The part of the file that `Range` names.", _of_files, ("Content-Range",)),
    Status(
        304,
        "The client has the answer: `If-None-Match` names its ETag.",
        _of_states,
        ("ETag", "Cache-Control"),
        has_body=False,
    ),
    Status(400, "The request has no meaning; the message says why, the hint what is right."),
    Status(401, "There is nothing here that the client may read.", headers=("WWW-Authenticate",)),
    Status(403, "A check that the operator added (`get_decorators`) refuses the request."),
    Status(
        404,
        "No such object, page, file or profile, a malformed id, or an unknown path; the answer to "
        "an unknown path lists the routes.",
    ),
    Status(410, "The store is no longer the one that the cursor tells of.", _of_changes),
    Status(412, "`If-Match` names another state.", _of_conditions),
    Status(
        413,
        "The body is larger than `limits.body_bytes`, or a selection has more nodes and files than "
        "`limits.members`.",
    ),
    Status(414, "The path and the query are longer than `limits.url_bytes`."),
    Status(
        416,
        "The range that `Range` names has no byte in common with the file.",
        _of_files,
        ("Content-Range",),
    ),
    Status(
        429,
        "Too many requests of the client, or too many wrong passwords.",
        headers=(*RETRY, *RATES),
    ),
    Status(431, "The headers are larger than the web server takes."),
    Status(500, "A fault of the server, or a damaged file of the store."),
    Status(501, "This server does not offer it, or not for this type of node or store.", _of_some),
    Status(503, "The store cannot be read now, or too many requests wait.", headers=RETRY),
)
# Those that every path may answer, also to a method that it does not have, and unknown paths.
COMMON = tuple(status for status in STATUSES if status.occurs is _everywhere)
# A method that a path does not have; the description of a path lists only those that it has.
WRONG_METHOD = Status(405, "The path does not have this method.", headers=("Allow",))

# Every header that is described: its schema, and what it says.
HEADERS: dict[str, tuple[Schema, str]] = {
    "Accept-Ranges": ({"const": "bytes"}, "Parts of the file can be asked for."),
    "Allow": (STRING, "The methods that the path has."),
    "Cache-Control": (STRING, "How long the answer may be kept."),
    "Content-Disposition": (STRING, "The name of the file."),
    "Content-Range": (
        {"type": "string", "pattern": r"^bytes (\d+-\d+|\*)/\d+$"},
        "Which part of the file it is.",
    ),
    "ETag": (
        {"type": "string", "pattern": r'^(W/)?"[^"]+"$'},
        "Names the state of the answer; see `If-None-Match`.",
    ),
    "Link": (STRING, "The other pages (RFC 8288)."),
    "RateLimit-Limit": ({"type": "integer"}, "How many requests a client may send in a time."),
    "RateLimit-Remaining": ({"type": "integer"}, "How many are left of these."),
    "RateLimit-Reset": ({"type": "integer"}, "Seconds to the end of the time."),
    "Retry-After": (
        {"type": "string", "pattern": r"^\d+$"},
        "Seconds after which the request may succeed.",
    ),
    "Vary": (STRING, "The headers of the request that decide the answer, too."),
    "WWW-Authenticate": (STRING, "How to prove who one is."),
    "X-Array-Dtype": (STRING, "The type of the values of an array, as NumPy writes it."),
    "X-Array-Shape": (
        {"type": "string", "pattern": r"^(\d+(,\d+)*)?$"},
        "The lengths of the axes of an array.",
    ),
    "X-Provender-Notes": (STRING, "All notes on the request, as JSON."),
    "X-Provender-Version": (STRING, "The version of the server."),
    "X-Request-ID": ({"type": "string", "minLength": 1}, "Names the request in the log."),
    "X-Total-Count": (
        {"type": "integer", "minimum": 0},
        "The number of matches; absent with `count=none`.",
    ),
    "X-Total-Count-Kind": ({"enum": ["estimate"]}, "With `count=estimate`: it is estimated."),
    "X-Total-Counts": ({"type": "integer", "minimum": 0}, "As `X-Total-Count`."),
}
# Headers of every answer.
ALWAYS = ("X-Request-ID",)
OF_SUCCESS = ("X-Total-Count", "X-Total-Counts", "ETag", "Cache-Control", "X-Provender-Notes")
OF_TABLES = ("ETag", "Cache-Control", "Content-Disposition")
OF_FILES = ("ETag", "Cache-Control", "Accept-Ranges", "Content-Disposition")


def statuses(route: Route, method: str) -> list[Status]:
    """Return the statuses, besides the success, that a route may answer to a method."""
    return [status for status in STATUSES if status.occurs(route, method)]


def headers(*names: str) -> dict[str, Any]:
    """Return the description of the headers of an answer."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*names, *ALWAYS)}


def header_components() -> dict[str, Any]:
    """Return the description of every header."""
    return {
        name: {
            "description": text,
            "schema": schema,
            **({"required": True} if name in ALWAYS else {}),
        }
        for name, (schema, text) in HEADERS.items()
    }


def response_components() -> dict[str, Any]:
    """Return the description of every answer that is an error, by its name."""
    errors = [status for status in (*STATUSES, WRONG_METHOD) if status.code >= 400]  # noqa: PLR2004 - errors
    return {status.name: response(status) for status in errors}


def response(status: Status) -> dict[str, Any]:
    """Return the description of the answer with a status."""
    described = {"description": status.text, "headers": headers(*status.headers)}
    if status.has_body:
        described["content"] = {JSON: {"schema": error_schema(status.code)}}
    return described


def error_schema(code: int) -> Schema:
    """Return the schema of the body of an error with a status."""
    optional: dict[str, Any] = {"hint": STRING, "detail": STRING, "request_id": STRING}
    if code == UNKNOWN_PATH:
        optional["available_endpoints"] = array(STRING)
    return closed({"message": STRING, "code": {"enum": sorted(set(_codes(code)))}}, optional)


def _codes(status: int) -> Iterator[str]:
    """Yield the codes of the errors with a status."""
    yield from (kind.code for kind in _tree(ProvenderError) if kind.status == status)
    yield HTTP_STATUS_CODES[status].lower().replace(" ", "-")
    yield from OF_SERVER.get(status, ())


def _tree(kind: type[ProvenderError]) -> Iterator[type[ProvenderError]]:
    for child in kind.__subclasses__():
        if child is not ConfigurationError:
            yield child
            yield from _tree(child)
