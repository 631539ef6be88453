"""The description of a dialect: OpenAPI 3.1, made of its routes. Floor: web."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from provender.version import __version__
from provender.web.openapi import records, statuses
from provender.web.openapi.examples import Examples, examples
from provender.web.openapi.parameters import PLACE, Described, template
from provender.web.openapi.served import Served
from provender.web.openapi.shapes import (
    STRING,
    UUID,
    Named,
    Schema,
    array,
    closed,
    nullable,
    written_out,
)
from provender.web.openapi.statuses import JSON, OCTETS
from provender.web.routes.route import Dialect, Form, Route

VERSION = "3.1.0"
OK = "200"
LINK = re.compile(r"\[([^]]*)\]\([^)]*\)")
ABOUT = """\
A provenance store of [AiiDA](https://www.aiida.net), read-only.

In a query string, strings are in double quotes: `label="add"`. A quote inside a string is doubled.
A special key that a route does not list is ignored, and so is the key `_`.

Every path may end in a slash, takes HEAD where it takes GET, and answers OPTIONS. Other methods are
a 405, unknown paths a 404; both have the body of an error.

Answers hold no keys but those described. A value marked `x-null-with-note` is null where the stored
value cannot be shown; `notes` then says so. The examples are answers of the demo store; other
stores have other ids.
"""


@dataclass(frozen=True, slots=True)
class Document:
    """A description as JSON, in two parts: the path of the application stands between them.

    `digest` names the parts.
    """

    before: bytes
    after: bytes
    digest: bytes

    def below(self, mount: str) -> bytes:
        """Return the description of the interface below the path of the application."""
        return b"".join((self.before, orjson.dumps(mount)[1:-1], self.after))

    def etag(self, mount: str) -> str:
        """Return the ETag of the description below a path."""
        return hashlib.sha256(self.digest + mount.encode()).hexdigest()[:32]


# The credentials of a client of a guarded profile; other profiles need none.
SCHEMES = {
    "token": {"type": "http", "scheme": "bearer"},
    "password": {"type": "http", "scheme": "basic"},
    "link": {"type": "apiKey", "in": "query", "name": "sig", "description": "Of a signed link."},
}
SECURITY: list[dict[str, list[str]]] = [{}]
SECURITY += [{name: []} for name in SCHEMES]


@lru_cache(maxsize=16)
def written(dialect: Dialect, served: Served) -> Document:
    """Return the description of a dialect as JSON, made once."""
    mark = b"\\u0000"
    text = orjson.dumps(describe(dialect, served, "\0"), option=orjson.OPT_APPEND_NEWLINE)
    before, _, after = text.partition(mark)
    return Document(before, after, hashlib.sha256(text).digest())


def describe(dialect: Dialect, served: Served, mount: str = "") -> dict[str, Any]:
    """Return the description of a dialect, served below the path `mount`.

    Shape: an OpenAPI document.
    """
    shown = examples(dialect)
    described = Described(dialect, served, shown)
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for route in dialect.routes:
        paths[template(route)] = {
            method.lower(): _operation(dialect, route, method, described, shown)
            for method in route.methods
        }
    paths = written_out(paths, schemas)
    guards = {"security": SECURITY} if served.is_guarded else {}
    components = {
        "schemas": schemas,
        "parameters": described.components,
        "headers": statuses.header_components(),
        "responses": statuses.response_components(),
        **({"securitySchemes": SCHEMES} if served.is_guarded else {}),
    }
    return {
        "openapi": VERSION,
        "info": {
            "title": f"Provender, {dialect.name}",
            "version": ".".join(dialect.version),
            "summary": f"The interface {dialect.purpose}.",
            "description": ABOUT,
            "x-provender-version": __version__,
        },
        "servers": [{"url": f"{mount}{dialect.prefix}"}],
        "tags": [{"name": name} for name in dict.fromkeys(map(_tag, dialect.routes))],
        "paths": paths,
        "components": components,
        **guards,
    }


def operation_id(route: Route, method: str) -> str:
    """Return the unique name of an operation: `getNodesByIdLinksIncoming`."""
    words = []
    for segment in route.path.strip("/").split("/"):
        named = PLACE.fullmatch(segment)
        words += ["by", named[1]] if named else re.split(r"[^A-Za-z0-9]+", segment)
    return method.lower() + "".join(f"{word[:1].upper()}{word[1:]}" for word in words)


def _tag(route: Route) -> str:
    return "server" if route.view is None and "query" not in route.name else route.name


def _operation(
    dialect: Dialect, route: Route, method: str, described: Described, shown: Examples
) -> dict[str, Any]:
    """Return the description of a method of a route."""
    text = LINK.sub(r"\1", route.answer.text)
    operation: dict[str, Any] = {
        "operationId": operation_id(route, method) or method.lower(),
        "summary": f"{text[0].upper()}{text[1:]}",
        "tags": [_tag(route)],
    }
    if parameters := described.of(route, method):
        operation["parameters"] = parameters
    if method == "POST":
        operation["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": route.answer.body, **shown.posted(template(route))}},
        }
    is_refused = method in getattr(route.resource, "refused", ())
    success = (
        {str(statuses.WRONG_METHOD.code): _refusal(dialect, route)}
        if is_refused
        else {OK: _success(dialect, route, method, shown)}
    )
    others = {str(item.code): _other(route, item) for item in statuses.statuses(route, method)}
    return operation | {"responses": success | others}


def _other(route: Route, status: statuses.Status) -> dict[str, Any]:
    """Return the description of an answer that is no plain success."""
    if status.code >= 400:  # noqa: PLR2004 - errors
        return {"$ref": f"#/components/responses/{status.name}"}
    described = statuses.response(status)
    if status.has_body:
        described["content"] = {OCTETS: {}, **_media(route)}
        described["headers"] |= statuses.headers(*statuses.OF_FILES)
    return described


def _media(route: Route) -> dict[str, Any]:
    """Return the description of further types of content, whose JSON may be anything."""
    kinds = [media.partition(";")[0] for media in route.answer.media]
    return {kind: {"schema": {}} if kind == JSON else {} for kind in kinds}


def _success(dialect: Dialect, route: Route, method: str, shown: Examples) -> dict[str, Any]:
    """Return the description of the answer with the status 200."""
    answer = route.answer
    text = LINK.sub(r"\1", answer.text)
    names = list(statuses.OF_SUCCESS)
    names += ["Link", "X-Total-Count-Kind"] if answer.is_list else []
    names += ["X-Provender-Version"] if route.view is None else []
    names += answer.headers
    content: dict[str, Any] = {}
    if answer.form is Form.FILE:
        content[OCTETS] = {}
        names += [name for name in statuses.OF_FILES if name not in names]
    if answer.form is Form.TABLE:
        names = [*statuses.OF_TABLES, *answer.headers]
    if answer.form is Form.BARE:
        content[JSON] = {"schema": {"type": "object", "required": ["openapi", "paths"]}}
    elif answer.data is not None:
        schema = envelope(dialect, route, method)
        content[JSON] = {"schema": schema, **shown.answered(template(route), method)}
    content |= _media(route)
    return {"description": text, "headers": statuses.headers(*names), "content": content}


def _refusal(dialect: Dialect, route: Route) -> dict[str, Any]:
    """Return the description of the answer to a method that is there only to be refused."""
    described = statuses.response(statuses.WRONG_METHOD)
    data = {"data": records.REFUSAL, "resource_type": STRING}
    described["content"] = {JSON: {"schema": _around(data, dialect, route, "GET")}}
    return described


NOTES = Named(
    "Note",
    closed({"code": STRING, "message": STRING}, {"uuid": nullable(UUID), "field": STRING}),
)
ENVELOPE = Named(
    "Envelope",
    {
        "type": "object",
        "description": "What stands around the data of every answer.",
        "properties": {
            "method": {"enum": ["GET", "POST"]},
            "path": STRING,
            "query_string": STRING,
            "resource_type": STRING,
            "url": STRING,
            "url_root": STRING,
            "notes": array(NOTES, minItems=1),
        },
        "required": ["method", "path", "query_string", "resource_type", "url", "url_root"],
    },
)


def envelope(dialect: Dialect, route: Route, method: str) -> Schema:
    """Return the schema of the answer of a route: the envelope with its data."""
    named = {"server": "Info", "querybuilder": "QueryBuilder"}
    kind = route.name if route.view is not None else named.get(route.name, route.name)
    kind = route.answer.resource_type or kind
    own: dict[str, Any] = {"data": route.answer.data, "resource_type": {"const": kind}}
    if route.view is not None:
        selected = route.view.identity if "<id>" in route.path else None
        own |= dialect.identity_schema(selected)
    return _around(own, dialect, route, method)


def _around(own: dict[str, Any], dialect: Dialect, route: Route, method: str) -> Schema:
    more: dict[str, Any] = dict(route.answer.more)
    more |= {"next": {"type": ["string", "null"]}} if route.answer.is_list else {}
    return {
        "type": "object",
        "allOf": [ENVELOPE],
        "properties": {**own, "method": {"const": method}, **more},
        "required": list(own),
        "unevaluatedProperties": False,
    }
