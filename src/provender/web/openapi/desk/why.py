"""The schema of the reason of a failure. Floor: web."""

from __future__ import annotations

from provender.translators.processes.reasons import KINDS
from provender.web.openapi.shapes import (
    INTEGER,
    STRING,
    UUID,
    Named,
    array,
    closed,
    nullable,
    readable,
)

_ORIGIN = Named(
    "FailureOrigin",
    closed(
        {
            "kind": {"enum": list(KINDS)},
            "source": {"enum": [kind for kind in KINDS if kind != "called"]},
            "process": readable(UUID),
            "log_id": nullable(INTEGER),
            "filename": nullable(STRING),
        }
    ),
)
_CALLED = Named(
    "FailedProcess",
    closed(
        {
            "uuid": readable(UUID),
            "process_label": nullable(STRING),
            "process_state": nullable(STRING),
            "exit_status": nullable(INTEGER),
            "exit_message": nullable(STRING),
        }
    ),
)
_TRACEBACK = Named(
    "ProcessTraceback",
    closed(
        {
            "state": nullable(STRING),
            "exit_status": nullable(INTEGER),
            "exit_message": nullable(STRING),
            "exception": nullable(STRING),
            "lines": array(STRING),
            "origin": {"anyOf": [_ORIGIN, {"type": "null"}]},
            "called": array(_CALLED),
        }
    ),
)
TRACEBACK = closed({"traceback": _TRACEBACK})
