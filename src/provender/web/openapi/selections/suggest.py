"""The schema of suggestions. Floor: web."""

from __future__ import annotations

from provender.web.openapi.shapes import BOOLEAN, COUNT, STRING, Named, Schema, array, closed

SUGGESTION = Named(
    "Suggestion",
    closed(
        {
            "value": {"type": ["string", "number", "boolean", "null"]},
            "count": {"anyOf": [COUNT, STRING]},
        },
        {"field": STRING},
    ),
)
SUGGESTED: Schema = closed(
    {"suggest": array(SUGGESTION), "sampled": BOOLEAN, "truncated": {"enum": [None, "rows"]}}
)
