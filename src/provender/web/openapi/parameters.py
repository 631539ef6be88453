"""The parameters of the routes: parts of paths, special keys, filters. Floor: web.

The grammar of the query string is `key operator value`, of which OpenAPI knows `key=value` only. So
each key to filter by is a parameter for `=`, and an object holds the other operators that end in an
equals sign: the key `label=like` with the value `"%Fe%"` is written `label=like="%Fe%"`. The
operators `<` and `>` cannot be described.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from provender.query.plan.operators import QUERY_STRING
from provender.query.plan.views import Identity, View, vocabulary
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.parameters import ORDER, PROFILE
from provender.schema.entities import Field, Kind
from provender.web.openapi.examples import Examples
from provender.web.openapi.served import Served
from provender.web.openapi.shapes import Schema
from provender.web.routes.route import Dialect, Route

# The forms of a value in a query string, by type of field: a pattern, and an example.
_TEXT = r'"(?:[^"\x00]|"")*"'
_DATE = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_TIME = r"T(?:[01]\d|2[0-3])(?::[0-5]\d(?::[0-5]\d)?)?(?:[+-](?:[01]\d|2[0-3])(?::[0-5]\d)?)?"
WRITTEN: dict[Kind, tuple[str, str]] = {
    Kind.INTEGER: (r"[+-]?\d{1,30}", "1"),
    Kind.TEXT: (_TEXT, '"add"'),
    Kind.UUID: (_TEXT, '"0f5cd5b9-9a2f-4b7e-8b47-4d0c4b6b3a10"'),
    Kind.TIME: (rf"{_DATE}(?:{_TIME})?", "2026-11-20"),
    Kind.BOOLEAN: (r"true|false", "true"),
}
JSON_KEY = r'(?:\.(?:[A-Za-z0-9_-]+|"(?:[^"\x00]|"")*"))+'
JSON_VALUE = rf"[+-]?\d+(?:\.\d+)?|true|false|{_DATE}|{_TEXT}"
# The operators whose key ends before an equals sign, with the pattern of a list where one may be.
ENDINGS = {
    "==": (("!", False),),
    "<=": (("<", False),),
    ">=": ((">", False),),
    "in": (("=in", True), ("=notin", True)),
    "like": (("=like", False), ("=contains", False)),
    "ilike": (("=ilike", False),),
}
# The beginning of a uuid: some whole groups of digits, and a part of the next one.
_GROUPS = (8, 4, 4, 4, 12)
_BEGINNING = "|".join(
    "-".join((*(f"[0-9a-f]{{{size}}}" for size in _GROUPS[:count]), f"[0-9a-f]{{1,{last}}}"))
    for count, last in enumerate(_GROUPS)
)
IDS: dict[Identity, Schema] = {
    Identity.PK: {"type": "integer", "minimum": 1},
    Identity.UUID: {"type": "string", "pattern": f"^(?:{_BEGINNING})$"},
    Identity.PK_OR_UUID: {"type": "string", "pattern": rf"^(?:\d{{1,30}}|{_BEGINNING})$"},
}
ID_TEXTS = {
    Identity.PK: "The pk of the object.",
    Identity.UUID: "The uuid of the object, or its beginning if no other uuid begins like it.",
    Identity.PK_OR_UUID: "The uuid of the object, or its beginning, or its pk.",
}
OTHER_OPERATORS = (
    "Filters with other operators than `=`. A member is a key with its operator up to the equals "
    'sign, and a value: `label=like` with `"%Fe%"` is sent as `label=like="%Fe%"`, `ctime>` '
    "with `2026-11-20` as `ctime>=2026-11-20`. Also filters on what is inside JSON: "
    '`attributes.process_state` with `"finished"`. All filters hold at once. The operators `<` '
    "and `>` cannot be described here."
)


# A type of processes that many stores have.
TYPE = "aiida.calculations:core.arithmetic.add"
# A pseudopotential of silicon: a content that the demo store has.
CONTENT = "75ce2f9ba40e3b97b4d5eeaa733cccb2cc3102d7efb8bd7071212612737ff4a8"
_SEGMENT = {"type": "string", "pattern": r"^[^/]+$"}
# The other parts of paths: what each is, its schema, and an example.
PARTS: dict[str, tuple[str, Schema, str]] = {
    "bounds": (
        "Two bounds of a slice in Python, with a colon.",
        {"type": "string", "pattern": r"^(?:[+-]?\d{1,30})?:(?:[+-]?\d{1,30})?$"},
        "-10:",
    ),
    "process_type": (
        "A type of processes, percent-encoded; `~none` for those without one.",
        {"type": "string", "minLength": 1},
        TYPE,
    ),
    "node_type": (
        "A type of nodes, as it is stored.",
        {"type": "string", "minLength": 1},
        "data.core.int.Int.",
    ),
    "key": (
        "A key to filter by, or a path into JSON.",
        {"type": "string", "pattern": r"^[a-z_]+(?:\.[A-Za-z0-9_]+)*$"},
        "node_type",
    ),
    "sha256": (
        "The SHA-256 of a content.",
        {"type": "string", "pattern": r"^[0-9a-f]{64}$"},
        CONTENT,
    ),
    "name": ("The name of an array.", _SEGMENT, "positions"),
    "label": ("The label of a link: of an output or an input of the process.", _SEGMENT, "sum"),
    "view": ("The name of a saved selection.", _SEGMENT, "structures"),
    "array": ("The name of an array.", _SEGMENT, "positions"),
}
# Marks the second key of a parameter, and names the first.
SAME = "x-same-as"
PLACE = re.compile(r"<(?:(?:int|path):)?(\w+)>")


def template(route: Route) -> str:
    """Return the path of a route as OpenAPI writes it: `/nodes/{id}`."""
    return PLACE.sub(r"{\1}", route.path) or "/"


class Described:
    """The parameters of the routes of a dialect.

    Each is written once, among the components, but where a route has an example of its own. Only
    that one stands beside the schema: forms are filled with it, and all examples together make no
    request.
    """

    def __init__(self, dialect: Dialect, served: Served, examples: Examples) -> None:
        self._dialect = dialect
        self._served = served
        self._examples = examples
        self.components: dict[str, Any] = {}

    def of(self, route: Route, method: str = "GET") -> list[Schema]:
        """Return the parameters of a route, most of them as references.

        What a query string says may be posted instead: then only the profile stands in it.
        """
        if method == "POST" and route.view is not None:
            kept = tuple(item for item in route.parameters if item is PROFILE)
            route = replace(route, parameters=kept, own=(), required=(), has_filters=False)
        return [self._kept(route, name, made) for name, made in self._of(route)]

    def _kept(self, route: Route, name: str, made: Mapping[str, Any]) -> Schema:
        value = self._examples.value(template(route), made.get(SAME, made["name"]))
        if made["in"] == "query" and f"<{made['name']}>" in route.path:
            value = None  # that of the path
        is_required = made["name"] in map(self._written, route.required)
        is_shared = all(made["name"] != item.name for item in route.own)
        if value is None and not is_required and is_shared:
            self.components.setdefault(name, made)
            return {"$ref": f"#/components/parameters/{name}"}
        own = {**made, **({"required": True} if is_required else {})}
        return own if value is None else {**own, "examples": {"example": {"value": value}}}

    def _of(self, route: Route) -> Iterator[tuple[str, dict[str, Any]]]:
        yield from self._of_path(route)
        for parameter in route.parameters:
            if parameter is PROFILE and not self._served.switches_profiles:
                continue
            for key in self._spellings(parameter):
                yield self._special(key, parameter, route)
        for parameter in route.own:
            yield self._special(parameter.name, parameter, route)
        view = _filtered(route)
        if view is not None:
            asked = keys(view, route)
            for key, field in asked.items():
                yield f"{view.name}.{key}", _filter(key, field)
            if not route.filters:
                yield f"{view.name}-filters", _other_operators(view, asked)

    def _of_path(self, route: Route) -> Iterator[tuple[str, dict[str, Any]]]:
        view = route.view
        if "<id>" in route.path and view is not None:
            name = f"id-{view.identity.name.lower().replace('_', '-')}"
            yield name, _in_path("id", ID_TEXTS[view.identity], IDS[view.identity])
        for name, (text, schema, example) in PARTS.items():
            if name in PLACE.findall(route.path):
                made = _in_path(name, text, schema)
                yield name, {**made, "examples": {"example": {"value": example}}}
        if "<int:page>" in route.path:
            made = _in_path("page", "The number of the page.", {"type": "integer", "minimum": 1})
            yield "page", {**made, "examples": {"example": {"value": 1}}}

    def _written(self, parameter: Parameter[Any]) -> str:
        """Return the first key of a parameter; one of a route alone has its name."""
        return next(iter(self._spellings(parameter)), parameter.name)

    def _spellings(self, parameter: Parameter[Any]) -> list[str]:
        """Return the keys of a parameter: some have a second one."""
        return [key for key, found in self._dialect.specials.items() if found is parameter]

    def _special(
        self, key: str, parameter: Parameter[Any], route: Route
    ) -> tuple[str, dict[str, Any]]:
        """Return the name and the description of a special key."""
        schema: dict[str, Any] = dict(parameter.schema)
        name, view = key, _filtered(route)
        if parameter.bound is not None:
            schema["maximum"] = getattr(self._served.limits, parameter.bound)
        if parameter is ORDER and view is not None:
            signed = [f"{sign}{one}" for one in keys(view, route) for sign in ("", "-")]
            schema["items"] = {"enum": signed}
            if route.orders_inside:
                columns = "|".join(view.documents)
                inner = {"type": "string", "pattern": rf"^[+-]?(?:{columns}){JSON_KEY}$"}
                schema["items"] = {"anyOf": [schema["items"], inner]}
            name = f"{view.name}-{key}"
        described: dict[str, Any] = {
            "name": key,
            "in": "query",
            "description": f"{_sentence(parameter.help)} Form: `{parameter.form}`.",
            "schema": {**schema, "examples": list(parameter.examples)},
        }
        if schema.get("type") == "array":
            described |= {"style": "form", "explode": False}
        first = self._written(parameter)
        if key != first:
            same = f"The same as `{first}`; only one of both may be given."
            described |= {"description": same, "deprecated": True, SAME: first}
        return name, described


def keys(view: View, route: Route) -> dict[str, Field]:
    """Return the keys that a route filters by, each with its field; private ones are left out."""
    public = vocabulary(view, ()).asked
    every = {name: field for name, field in public.items() if isinstance(name, str)}
    return {name: every[name] for name in route.filters or every if name in every}


def _filtered(route: Route) -> View | None:
    """Return the view whose rows a route filters: of a list of links that of the neighbours."""
    return (route.neighbours or route.view) if route.has_filters else None


def _in_path(name: str, text: str, schema: Schema) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "description": text, "schema": schema}


def _filter(key: str, field: Field) -> dict[str, Any]:
    """Return the description of a filter `key=value`."""
    pattern, example = WRITTEN[field.kind]
    return {
        "name": key,
        "in": "query",
        "description": f"Only rows with this value, {field.kind.value}.",
        "schema": {"type": "string", "pattern": f"^(?:{pattern})$", "examples": [example]},
    }


def _other_operators(view: View, asked: Mapping[str, Field]) -> dict[str, Any]:
    """Return the description of all filters that are no plain `key=value`."""
    members = {
        f"{key}{ending}": {"type": "string", "pattern": f"^(?:{_listed(field.kind, is_list)})$"}
        for key, field in asked.items()
        for operator in QUERY_STRING.of[field.kind]
        for ending, is_list in ENDINGS.get(operator, ())
    }
    members |= {f"{key}=exists": {"type": "string", "pattern": "^(?:true|false)$"} for key in asked}
    inside = "|".join(view.documents)
    pattern = rf"^(?:{inside}){JSON_KEY}$"
    schema: dict[str, Any] = {"type": "object", "properties": members}
    if view.documents:
        schema["patternProperties"] = {
            pattern: {"type": "string", "pattern": f"^(?:{JSON_VALUE})$"}
        }
    schema["additionalProperties"] = False
    return {
        "name": "filters",
        "in": "query",
        "description": OTHER_OPERATORS,
        "style": "form",
        "explode": True,
        "schema": schema,
        "examples": {"none": {"value": {}}, "some": {"value": _example(asked)}},
    }


def _listed(kind: Kind, is_list: bool) -> str:
    pattern, _ = WRITTEN[kind]
    return f"(?:{pattern})(?:,(?:{pattern}))*" if is_list else pattern


def _example(asked: Mapping[str, Field]) -> dict[str, str]:
    """Return filters that a list may have."""
    texts = [key for key, field in asked.items() if field.kind is Kind.TEXT]
    found = {"id>": "1", "id=in": "1,2,3"}
    return found | {f"{texts[0]}=like": '"%a%"'} if texts else found


def _sentence(text: str) -> str:
    """Return words as a sentence."""
    return f"{text[0].upper()}{text[1:]}."
