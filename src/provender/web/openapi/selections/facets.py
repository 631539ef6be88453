"""The schemas of facets. Floor: web."""

from __future__ import annotations

from provender.query.querystring.selections.facets import SIZE
from provender.web.openapi.shapes import (
    BOOLEAN,
    COUNT,
    STRING,
    UUID,
    Named,
    Schema,
    array,
    closed,
    mapping,
    nullable,
)

_NUMBER: Schema = {"type": ["number", "null"]}
BUCKET = Named(
    "Bucket",
    closed(
        {
            "value": {"type": ["string", "number", "boolean", "null", "array"]},
            "count": COUNT,
            "url": nullable(STRING),
        },
        {"type": {"enum": ["array", "object"]}, "label": nullable(STRING)},
    ),
)
FACET = Named(
    "Facet",
    closed(
        {
            "buckets": array(BUCKET),
            "other": COUNT,
            "missing": COUNT,
            "truncated": {"enum": [None, "time"]},
        }
    ),
)
STATISTICS = Named(
    "NumberStatistics",
    closed(
        {
            "count": COUNT,
            "missing": COUNT,
            "other": COUNT,
            "min": _NUMBER,
            "max": _NUMBER,
            "mean": _NUMBER,
            "distinct": COUNT,
        }
    ),
)
VALUES: Schema = closed(
    {
        "buckets": array(
            Named(
                "ValueBucket",
                closed(
                    {
                        "value": {"type": ["string", "number", "boolean", "null"]},
                        "count": COUNT,
                        "url": nullable(STRING),
                    },
                    {
                        "type": {"enum": ["array", "object"]},
                        "sample": nullable(UUID),
                        "label": nullable(STRING),
                    },
                ),
            )
        ),
        "after": nullable(STRING),
    }
)
FACETS: Schema = closed({}, {"facets": mapping(FACET), "stats": mapping(STATISTICS)})
_TEXTS: Schema = {"anyOf": [STRING, array(STRING)]}
# The keys beside `where` in a body.
BODY = {
    "facet": _TEXTS,
    "stats": _TEXTS,
    "size": SIZE.schema,
    "drop_self": BOOLEAN,
}
