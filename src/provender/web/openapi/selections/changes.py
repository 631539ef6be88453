"""The schema of what changed. Floor: web."""

from __future__ import annotations

from provender.web.openapi.shapes import BOOLEAN, UUID, Named, Schema, array, closed, nullable

CHANGE = Named(
    "Change",
    closed(
        {
            "uuid": nullable(UUID),
            "kind": {"enum": ["created", "changed"]},
            "mtime": nullable({"type": "string", "format": "date-time"}),
        }
    ),
)
CHANGES: Schema = closed({"changes": array(CHANGE)})
MORE = {"has_more": BOOLEAN}
