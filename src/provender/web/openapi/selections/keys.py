"""The schema of keys. Floor: web."""

from __future__ import annotations

from provender.web.openapi.shapes import BOOLEAN, COUNT, STRING, Named, Schema, array, closed

TYPES = ("array", "boolean", "null", "number", "object", "string")
KEY = Named(
    "JsonKey",
    closed(
        {
            "name": STRING,
            "types": array({"enum": [*TYPES]}),
            "count": COUNT,
            "share": {"type": "number", "minimum": 0, "maximum": 1},
            "example": {"type": ["string", "number", "boolean", "null"]},
        }
    ),
)
FOUND: Schema = closed(
    {
        "keys": array(KEY),
        "nodes": COUNT,
        "sampled": BOOLEAN,
        "truncated": {"enum": [None, "rows"]},
    }
)
