"""The schemas of the state, the summary and the history of one process. Floor: web."""

from __future__ import annotations

from provender.web.openapi.desk.rows import ROW
from provender.web.openapi.shapes import HTTP_DATE, UUID, Named, closed, readable

_STATE = (
    *("process_label", "process_state", "is_running"),
    *("exit_status", "exit_message", "paused"),
)
STATUS = closed(
    {
        "status": Named(
            "ProcessStatus",
            closed(
                {
                    "uuid": readable(UUID),
                    **{name: ROW[name] for name in _STATE},
                    "mtime": readable(HTTP_DATE),
                }
            ),
        )
    }
)
