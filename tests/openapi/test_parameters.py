"""Every described parameter of every operation, asked with its example and with nonsense."""

from __future__ import annotations

import logging

import pytest

import provender
from provender.query.querystring import relations
from provender.query.querystring.desk import codes
from provender.settings import Settings
from provender.web.dialects import DIALECTS
from provender.web.openapi.document import describe
from provender.web.openapi.parameters import SAME, WRITTEN
from provender.web.openapi.served import Served

# What no parameter of a type takes, by the type of its schema.
NONSENSE = {
    "integer": '"x"',
    "number": '"x"',
    "boolean": "7",
    "array": "2020-01-01",
    None: "nonsense",
}
# What is no value of a parameter although its type is right, and the status then.
OTHERS = {
    "group": ("no-such-group", 404),
    "facet": ("no.such", 400),
    "stats": ("no.such", 400),
    "field": ("no.such", 400),
    "under": ("no.such", 400),
    "q": ("", 400),
    "after": ("x", 400),
    "contains": ("", 400),
    "glob": ("/", 400),
    "path": ("no/such/folder", 404),
    "min_size": ("x", 400),
    "since": ("x", 400),
    **{parameter.name: ("x", 400) for parameter in relations.KEYS if parameter.name != "group"},
    "cursor": ('"nonsense"', 400),
    "logger": ("5", 200),  # it takes every text
    "want": ('{"nothing":"*"}', 400),
    "profile": ("nowhere", 404),
    "filters": ("nonsense>=1", 400),
    "slice": ("nonsense", 400),
}
IN_PATHS = {
    **dict.fromkeys(("id", "process_type"), ("no-id", 404)),
    "key": ("no_such_key", 400),
    "node_type": ("no-type", 404),
    "page": ("0", 404),
    "bounds": ("x:y", 400),
    "sha256": ("0" * 64, 404),
    **dict.fromkeys(("name", "label", "array"), ("nonsense", 404)),
}
# Keys that need another one beside them.
COMPANIONS = {
    "depth": {("query", "tree"): True},
    "trailer": {("query", "format"): "ndjson"},
    "types": {("query", "fields"): "attributes.energy"},
}
# Nodes whose downloads are not served, so that there is no example: processes.
UNSERVED = {
    f"/{name}/{{id}}/content/download" for name in ("processes", "calculations", "calcjobs")
}
# Arrays that a process gave: the demo store has none.
UNSERVED |= {f"/processes/{{id}}/extract/{{label}}{end}" for end in ("/{array}", ".npz")}
# Saved selections: the demo store has none, and `tests/selections/test_views.py` asks them.
UNSERVED |= {f"/views/{{view}}{end}" for end in ("", "/page", "/page/{page}")}


def resolved(document, item):
    return (
        document["components"]["parameters"][item["$ref"].rpartition("/")[2]]
        if "$ref" in item
        else item
    )


def place(item):
    """Return where a parameter stands, and its name: an id may stand in a path and be a filter."""
    return item["in"], item["name"]


def example(item):
    """Return the last example of a parameter: the others say that it may be left out."""
    shown = [one["value"] for one in item.get("examples", {}).values()]
    return (shown or item["schema"]["examples"])[-1]


def written(name, value):
    """Return a parameter as it stands in a query string, by its style in the description."""
    if isinstance(value, dict):
        return "&".join(f"{key}={one}" for key, one in value.items())
    if isinstance(value, list):
        return f"{name}={','.join(value)}"
    return f"{name}={str(value).lower() if isinstance(value, bool) else value}"


def nonsense(item):
    """Return a value that a parameter refuses, and the status then."""
    if item["in"] == "path":
        return IN_PATHS[item["name"]]
    if item["name"] in OTHERS:
        return OTHERS[item["name"]]
    schema = item["schema"]
    if schema.get("pattern") == codes.COMPUTER.schema["pattern"]:
        return "nowhere", 404
    if schema.get("type") == "string":
        is_integer = schema["pattern"] == f"^(?:{WRITTEN_INTEGER})$"
        return ('"x"' if is_integer else "5"), 400
    return NONSENSE[schema.get("type")], 400


WRITTEN_INTEGER = next(pattern for kind, (pattern, _) in WRITTEN.items() if kind.name == "INTEGER")


class Asker:
    """Asks the operations of a dialect, with their examples and with other values."""

    def __init__(self, client, dialect):
        self._client = client
        self._prefix = dialect.prefix
        self.document = describe(dialect, Served(switches_profiles=True))
        self.asked = 0

    def operations(self):
        return [
            (path, operation)
            for path, methods in self.document["paths"].items()
            for method, operation in methods.items()
            if method == "get" and path not in UNSERVED and "200" in operation["responses"]
        ]

    def problems(self, path, operation):
        """Yield the parameters that do not do what the description says."""
        items = [resolved(self.document, item) for item in operation.get("parameters", [])]
        values = {place(item): example(item) for item in items}
        needed = {place(item): values[place(item)] for item in items if item.get("required")}
        for item in items:
            key, same = place(item), ("query", item.get(SAME))
            others = {place: value for place, value in needed.items() if place != same}
            others |= COMPANIONS.get(item["name"], {})
            if (status := self._ask(path, {**others, key: values[key]})) != 200:
                yield path, key, values[key], status
            wrong, expected = nonsense(item)
            if (status := self._ask(path, {**others, key: wrong})) != expected:
                yield path, key, wrong, status

    def _ask(self, path, values):
        self.asked += 1
        query = []
        for (where, name), value in values.items():
            if where == "path":
                path = path.replace(f"{{{name}}}", str(value))
            elif name == "filters" and isinstance(value, str):
                query.append(value)
            else:
                query.append(written(name, value))
        url = f"{self._prefix}{path}?{'&'.join(query)}"
        return self._client.get(url, buffered=True).status_code


@pytest.fixture
def client():
    app = provender.create_app(store="demo", settings=Settings(profile_switching=True))
    logging.disable(logging.INFO)
    yield app.test_client()
    logging.disable(logging.NOTSET)
    app.extensions["provender"].stores.close()


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
def test_every_parameter_takes_its_example_and_refuses_nonsense(client, dialect):
    asker = Asker(client, dialect)
    found = [one for item in asker.operations() for one in asker.problems(*item)]
    assert found[:9] == []
    assert asker.asked > 500
