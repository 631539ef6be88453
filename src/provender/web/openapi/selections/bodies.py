"""The schema of a posted selection. Floor: web."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provender.query.querystring.parameter import Parameter
from provender.query.selection.operators import OPERATORS
from provender.web.openapi.records import QUERY
from provender.web.openapi.shapes import Named, Schema, array

WHERE = Named(
    "Where",
    {
        "type": "object",
        "description": (
            "Conditions by name, which all hold. A name is a key of the list, a path into JSON "
            "(`attributes.energy`), a relation (`group`, `ancestor_of`, ...), `and` and `or` with "
            "lists of such objects, or `not` with one. A value is to be equal to, or an object of "
            f"operators: {', '.join(OPERATORS)}."
        ),
    },
)


def selection(
    beside: Mapping[str, Parameter[Any]], more: Mapping[str, Schema | Named] | None = None
) -> Schema:
    """Return the schema of a body: `where` and the keys beside it, or a query."""
    keys = {name: _written(parameter) for name, parameter in beside.items()}
    query = {key: value for key, value in QUERY.items() if key not in keys}
    return {
        "type": "object",
        "properties": {"where": WHERE, **query, **keys, **(more or {})},
        "unevaluatedProperties": False,
    }


def _written(parameter: Parameter[Any]) -> Schema:
    """Return the schema of a special key as JSON: strings there need no quotes."""
    kind = parameter.schema.get("type")
    if kind == "array" or parameter.is_repeated:
        return {"anyOf": [{"type": "string"}, array({"type": "string"})]}
    return {"type": kind} if kind in ("integer", "boolean") else {"type": "string"}
