"""The schemas of the state, the summary and the history of one process. Floor: web."""

from __future__ import annotations

from provender.web.openapi.desk.rows import ROW
from provender.web.openapi.shapes import (
    BOOLEAN,
    COUNT,
    HTTP_DATE,
    INTEGER,
    NULL,
    NUMBER,
    STRING,
    UUID,
    Named,
    Schema,
    array,
    closed,
    nullable,
    readable,
)

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
_URI = nullable({"type": "string", "format": "uri"})
_BOUNDS: dict[str, Schema] = {
    "at_least": {"const": True, "description": "The true value may be larger."},
    "at_most": {"const": True, "description": "The true time may be earlier."},
}
_SOURCE = {
    "enum": [
        *("ctime", "log", "last_job_info", "detailed_job_info", "last_jobinfo"),
        *("scheduler_lastchecktime", "cached"),
    ]
}
_ZONE = {
    "type": ["string", "null"],
    "description": "UTC; null if the time is stored without a zone, as it is shown then.",
}
_TIME = Named(
    "ProcessTime",
    closed({"value": STRING, "zone": _ZONE, "source": _SOURCE}, _BOUNDS),
)
_SECONDS = Named(
    "ProcessSeconds", closed({"value": {**NUMBER, "minimum": 0}, "source": _SOURCE}, _BOUNDS)
)
_TIMES = ("created", "submitted", "started", "last_seen", "ended")


def _or_null(schema: Named) -> Schema:
    return {"anyOf": [schema, NULL]}


_LINK = Named(
    "ProcessLink",
    closed(
        {
            "label": nullable(STRING),
            "link_type": nullable(STRING),
            "uuid": readable(UUID),
            "node_type": readable(STRING),
            "url": _URI,
        }
    ),
)
_DURATIONS = dict.fromkeys(("wall_seconds", "cpu_seconds"), _or_null(_SECONDS))
_CALLED = Named(
    "CalledProcess",
    closed(
        {
            "uuid": readable(UUID),
            "link_label": nullable(STRING),
            "label": readable(STRING),
            "node_type": readable(STRING),
            **ROW,
            "created": _or_null(_TIME),
            **_DURATIONS,
            "called": nullable(array({"$ref": "#/components/schemas/CalledProcess"})),
        }
    ),
)
SUMMARY = closed(
    {
        "summary": Named(
            "ProcessSummary",
            closed(
                {
                    "uuid": readable(UUID),
                    "label": readable(STRING),
                    "description": readable(STRING),
                    "node_type": readable(STRING),
                    "process_type": nullable(STRING),
                    "ctime": readable(HTTP_DATE),
                    "mtime": readable(HTTP_DATE),
                    **ROW,
                    "inputs": array(_LINK),
                    "outputs": array(_LINK),
                    "times": closed({**dict.fromkeys(_TIMES, _or_null(_TIME)), **_DURATIONS}),
                },
                {"called": array(_CALLED), "called_total": COUNT, "is_complete": BOOLEAN},
            ),
        )
    }
)
EVENTS = (
    *("created", "submitted", "started", "ended", "checked"),
    *("log", "called", "output", "changed"),
)
HISTORY = closed(
    {
        "history": array(
            Named(
                "ProcessEvent",
                closed(
                    {
                        "event": {"enum": list(EVENTS)},
                        "time": nullable(HTTP_DATE),
                        "local_time": nullable(STRING),
                        "source": {"enum": [*_SOURCE["enum"], "mtime"]},
                    },
                    {
                        "uuid": readable(UUID),
                        "label": nullable(STRING),
                        "url": _URI,
                        "log_id": INTEGER,
                        "level": readable(STRING),
                        "message": readable(STRING),
                    },
                ),
            ),
            minItems=1,
        )
    }
)
