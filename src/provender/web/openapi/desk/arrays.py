"""The schemas of answers about stored arrays. Floor: web."""

from __future__ import annotations

from provender.web.openapi.shapes import (
    COUNT,
    FREE,
    STRING,
    Named,
    array,
    closed,
    readable,
)

_ARRAYS = array(
    Named(
        "StoredArray",
        closed(
            {
                "name": STRING,
                "dtype": readable(STRING),
                "shape": readable({"type": "array", "items": COUNT}),
                "bytes": readable(COUNT),
            }
        ),
    )
)
ARRAYS = closed({"arrays": _ARRAYS})
ATTRS = closed({"attrs": closed({"arrays": _ARRAYS, "attributes": readable(FREE)})})
# The values of an array below its name: nested arrays, or a single value.
VALUES = {"type": "object", "minProperties": 1, "maxProperties": 1}
