"""Every request that the descriptions of the dialects name: new routes and keys are among them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from urllib.parse import quote

from provender.query.plan.joins import JOINS
from provender.web.dialects import DIALECTS
from provender.web.openapi.document import describe
from provender.web.openapi.served import Served

POSTED = "/api/v4/querybuilder"
UNSAFE = "%\"'*,.:/=<>!-_+"
TYPES = {
    "node": "",
    "group": "group.core",
    "computer": "computer",
    "user": "user",
    "comment": "comment",
    "log": "log",
    "authinfo": "authinfo",
}


@dataclass(frozen=True)
class Asked:
    """A request: `target` is path and query string as they are sent, `body` is posted."""

    method: str
    target: str
    body: bytes | None = None


@cache
def documents():
    """Return the description of each dialect by its prefix."""
    return {dialect.prefix: describe(dialect, Served()) for dialect in DIALECTS}


def described(ids):
    """Yield each described GET with each of its examples, and of each id.

    `ids` is a function that returns the ids to try for a resource such as `nodes`: each of them is
    asked without a query string, and the examples are spread over them.
    """
    for prefix, document in documents().items():
        for path, operations in document["paths"].items():
            if "get" not in operations:
                continue
            resource = path.split("/")[1]
            known = ids(resource) if "{id}" in path else [""]
            texts = [*([""] * len(known)), *examples(document, operations["get"])]
            for text, identifier in zip(texts, cycle(known), strict=False):
                filled = path.replace("{id}", identifier).replace("{page}", "1")
                yield Asked("GET", f"{prefix}{filled}{text and '?' + text}")


def examples(document, operation):
    """Yield the query string of each example of each parameter."""
    for item in operation.get("parameters", ()):
        parameter = item
        while "$ref" in parameter:
            kind, name = parameter["$ref"].rsplit("/", 2)[1:]
            parameter = document["components"][kind][name]
        if parameter["in"] != "query":
            continue
        shown = [example["value"] for example in parameter.get("examples", {}).values()]
        for value in shown or parameter["schema"]["examples"]:
            members = value if isinstance(value, dict) else {parameter["name"]: value}
            yield "&".join(f"{key}={quote(written(one), UNSAFE)}" for key, one in members.items())


def written(value):
    """Return a value as it stands in a query string."""
    if isinstance(value, list):
        return ",".join(map(str, value))
    return json.dumps(value) if isinstance(value, bool) else str(value)


def undescribed(app):
    """Yield each route of an application that has no place for an id, with every method."""
    for rule in app.url_map.iter_rules():
        if "<" not in rule.rule:
            for method in sorted({*rule.methods, "PUT", "DELETE"}):
                yield Asked(method, rule.rule)


def posted():
    """Yield queries that show every entity whole, alone and joined in each way there is."""
    for kind in TYPES.values():
        for project in (["*"], ["**"]):
            yield query({"entity_type": kind, "tag": "a"}, project={"a": project})
    for own, keyword, other in JOINS:
        if own in TYPES and other in TYPES:
            first = {"entity_type": TYPES[other], "tag": "a"}
            second = {
                "entity_type": TYPES[own],
                "tag": "b",
                "joining_keyword": keyword,
                "joining_value": "a",
                "edge_tag": "e",
            }
            yield query(first, second, project={"a": ["**"], "b": ["**"]})
            yield query(first, second, project={"a": ["*"], "b": ["*"], "e": ["**"]})


def query(*path, limit=500, **parts):
    """Return a posted query."""
    body = {"path": list(path), "limit": limit, **parts}
    return Asked("POST", POSTED, json.dumps(body).encode())
