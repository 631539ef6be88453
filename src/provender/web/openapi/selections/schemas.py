"""The schemas of answers that hold schemas. Floor: web."""

from __future__ import annotations

from provender.web.openapi.shapes import (
    BOOLEAN,
    COUNT,
    STRING,
    Named,
    Schema,
    array,
    closed,
    mapping,
)

_URI: Schema = {"type": "string", "format": "uri"}
SCHEMAS: Schema = closed(
    {
        "schemas": array(
            Named(
                "SchemaOfNodes",
                closed(
                    {"node_type": STRING, "documented": BOOLEAN, "observed": BOOLEAN, "url": _URI}
                ),
            )
        )
    }
)
SCHEMA: Schema = closed(
    {
        "schema": closed(
            {
                "$schema": STRING,
                "$id": _URI,
                "title": STRING,
                "type": {"const": "object"},
                "properties": mapping({"type": "object"}),
                "x-nodes": COUNT,
                "x-sampled": BOOLEAN,
            }
        )
    }
)
