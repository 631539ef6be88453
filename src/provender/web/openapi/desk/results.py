"""The schemas of answers about the inputs and results of processes. Floor: web."""

from __future__ import annotations

from provender.translators.results.linked import Side
from provender.web.openapi.shapes import (
    COUNT,
    STRING,
    UUID,
    Named,
    Schema,
    array,
    closed,
    nullable,
    readable,
)

_RESULT = Named(
    "Result",
    closed(
        {
            "label": readable(STRING),
            "link_type": readable(STRING),
            "uuid": readable(UUID),
            "node_type": readable(STRING),
            "formats": array(STRING, minItems=1),
            "size_bytes": nullable(COUNT),
            "files": COUNT,
            "summary": nullable(STRING),
            "url": nullable({"type": "string", "format": "uri"}),
        }
    ),
)
# Labels by the names of their namespaces.
_NESTED = Named(
    "NestedLabels",
    {
        "type": "object",
        "additionalProperties": {"anyOf": [STRING, {"$ref": "#/components/schemas/NestedLabels"}]},
    },
)


def listed(side: Side) -> Schema:
    """Return the schema of a list of inputs or results."""
    return closed({side.value: array(_RESULT), "nested": _NESTED})
