"""The schema of the row of a process. Floor: web."""

from __future__ import annotations

from provender.web.openapi.shapes import (
    BOOLEAN,
    INTEGER,
    STRING,
    UUID,
    Named,
    Schema,
    closed,
    nullable,
    readable,
)

USER = Named("ProcessUser", closed({"id": INTEGER, "name": nullable(STRING)}))
COMPUTER = Named("ProcessComputer", closed({"uuid": readable(UUID), "label": readable(STRING)}))
# What the row of a process has, beside the columns of a node.
ROW: dict[str, Schema] = {
    "process_label": nullable(STRING),
    "process_state": nullable(STRING),
    "is_running": BOOLEAN,
    "exit_status": nullable(INTEGER),
    "exit_message": nullable(STRING),
    "paused": BOOLEAN,
    "user": {"anyOf": [USER, {"type": "null"}]},
    "computer": {"anyOf": [COMPUTER, {"type": "null"}]},
    "parent": nullable(UUID),
    "url": nullable({"type": "string", "format": "uri"}),
}
