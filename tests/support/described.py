"""Comparing every answer of a test with the description of its route.

`support.server.ask` and the clients of applications (`Client`) call `check`. What is not below
`/api` (`/`, `/alive`, `/ready`, `/metrics`, `/profiles`, `/docs`, `/assets`) is not described, and
neither is the redirect of a path with several slashes in a row. A test whose application has
routes or answers of its own says so: `@pytest.mark.undescribed("/new-endpoint")` names the paths
below the prefix, without a name it is all of them.
"""

from __future__ import annotations

import gzip
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote, unquote

import jsonschema_rs
from flask.testing import FlaskClient

from provender.web.dialects import DIALECTS
from provender.web.openapi.document import describe
from provender.web.openapi.served import Served
from provender.web.openapi.shapes import UNREADABLE
from provender.web.openapi.statuses import COMMON, WRONG_METHOD

BELOW = re.compile(r"^(?:/[^/]+)*?(?P<api>/api(?:/v[0-9]+)?)(?P<path>/.*)?$", re.DOTALL)
PLACE = re.compile(r"(\{\w+\})")
PLACES = {"{page}": "[0-9]+", "{process_type}": ".+"}
JSON = "application/json"
EXEMPT: list[str] = []
"""Beginnings of the paths whose answers the running test does not compare."""


@contextmanager
def undescribed(*paths):
    """Do not compare answers at paths, or at all paths."""
    EXEMPT.extend(paths or ("",))
    try:
        yield
    finally:
        del EXEMPT[-len(paths or ("",)) :]


@dataclass(frozen=True)
class Got:
    """An answer: `headers` with small letters, `body` as bytes."""

    method: str
    path: str
    status: int
    headers: dict
    body: bytes


def pointer(*keys):
    """Return a JSON pointer (RFC 6901) as a fragment of a URI."""
    return "#/" + "/".join(quote(key.replace("~", "~0").replace("/", "~1"), "~") for key in keys)


def strict(schema):
    """Return a schema in which what can be read is never null."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: strict(value) for key, value in schema.items()}
    if found.get(UNREADABLE):
        found["type"] = [kind for kind in found["type"] if kind != "null"]
    return found


def segment(part):
    """Return the pattern of a part of a described path."""
    if not PLACE.fullmatch(part):
        return re.escape(part)
    return PLACES.get(part, "[^/]+")


class Description:
    """The description of a dialect, ready to be compared with answers."""

    def __init__(self, document):
        self.document = document
        self.components = document["components"]
        paths = sorted(document["paths"], key=lambda path: path.count("{"))
        self._patterns = [(re.compile(self._pattern(path)), path) for path in paths]
        self._registries = {
            is_strict: jsonschema_rs.Registry([("urn:description", found)])
            for is_strict, found in ((False, document), (True, strict(document)))
        }
        self._validator = cache(self._made)

    @staticmethod
    def _pattern(path):
        parts = PLACE.split(path.rstrip("/"))
        return "".join(map(segment, parts)) + "/?"

    def path(self, path):
        """Return the described path of a request, or None."""
        fitting = (known for pattern, known in self._patterns if pattern.fullmatch(path))
        return next(fitting, None)

    def problems(self, got, path):
        """Yield what an answer has that the description does not say."""
        known = self.path(path)
        method = "GET" if got.method == "HEAD" else got.method
        operation = self.document["paths"].get(known, {}).get(method.lower())
        status = str(got.status)
        if got.method == "OPTIONS":
            if got.status == 200 and got.body:
                yield "an answer to OPTIONS has a body"
            return
        if operation is None:
            place = self._error(got.status, is_known=known is not None)
        elif status in operation["responses"]:
            place = ("paths", known, method.lower(), "responses", status)
        else:
            place = None
        if place is None:
            yield f"the status {status} is not described"
            return
        yield from self._compare(got, self._followed(place))

    def _error(self, status, *, is_known):
        """Return the place of the answer where no operation is described."""
        named = {one.code: one.name for one in (*COMMON, WRONG_METHOD)}
        named.pop(404 if is_known else 405)
        return ("components", "responses", named[status]) if status in named else None

    def _followed(self, place):
        found = self.document
        for key in place:
            found = found[key]
        return tuple(found["$ref"][2:].split("/")) if "$ref" in found else place

    def _compare(self, got, place):
        described = self.document
        for key in place:
            described = described[key]
        for name in described.get("headers", {}):
            yield from self._header(name, got.headers)
        content = described.get("content", {})
        if got.method == "HEAD" or not (content or got.body):
            return
        kind = got.headers.get("content-type", "").partition(";")[0]
        if kind not in content:
            yield f"the content type {kind!r} is not described: {', '.join(content)}"
        elif kind == JSON:
            is_zipped = got.headers.get("content-encoding") == "gzip"
            body = gzip.decompress(got.body) if is_zipped else got.body
            yield from self._json(body, (*place, "content", kind, "schema"))

    def _header(self, name, headers):
        component, value = self.components["headers"][name], headers.get(name.lower())
        if value is None:
            if component.get("required"):
                yield f"the header {name} is missing"
            return
        is_number = component["schema"].get("type") == "integer" and value.isdigit()
        for error in self._validator(("components", "headers", name, "schema"), False).iter_errors(
            int(value) if is_number else value
        ):
            yield f"the header {name}: {error.message}"

    def _json(self, body, place):
        try:
            value = json.loads(body)
        except ValueError as error:
            yield f"the body is not JSON: {error}"
            return
        is_strict = not (isinstance(value, dict) and value.get("notes"))
        for error in self._validator(place, is_strict).iter_errors(value):
            where = "/".join(str(key) for key in error.instance_path)
            yield f"at `/{where}`: {error.message[:500]}"

    def _made(self, place, is_strict):
        """Return the validator of a place in the description, made at its first use."""
        schema = {"$ref": f"urn:description{pointer(*place)}"}
        registry = self._registries[is_strict]
        return jsonschema_rs.Draft202012Validator(schema, registry=registry)


@cache
def descriptions():
    """Return the description of each dialect by its prefix."""
    return {one.prefix: Description(describe(one, Served())) for one in DIALECTS}


def problems(got):
    """Return what an answer has that is not described, as texts."""
    path = unquote(got.path.partition("?")[0])
    found = BELOW.match(path)
    if found is None or "//" in path:
        return []
    known = descriptions()
    description = known.get(found["api"]) or known[DIALECTS[0].prefix]
    inner = (found["path"] or "") if found["api"] in known else f"{found['api']}{found['path']}"
    if any(inner.startswith(beginning) for beginning in EXEMPT):
        return []
    return list(description.problems(got, inner))


def check(got):
    """Raise an AssertionError if an answer is not as it is described."""
    if found := problems(got):
        listed = "\n  ".join(found[:5])
        raise AssertionError(
            f"{got.method} {got.path} answered {got.status}, not as described:\n  {listed}\n"
            f"  {got.body[:300]!r}"
        )


class Client(FlaskClient):
    """The client of an application in the same process; its answers are compared."""

    def open(self, *arguments, **options):
        """Return the answer to a request."""
        answer = super().open(*arguments, **options)
        request = answer.request
        if answer.is_json or answer.status_code >= 400:
            headers = {name.lower(): value for name, value in answer.headers}
            path = request.environ.get("REQUEST_URI") or request.path
            check(Got(request.method, path, answer.status_code, headers, answer.get_data()))
        return answer
