"""The schemas of types of processes, of codes, and of what ran on a computer. Floor: web."""

from __future__ import annotations

from typing import Any

from provender.web.openapi import records
from provender.web.openapi.desk.rows import COMPUTER
from provender.web.openapi.shapes import (
    BOOLEAN,
    COUNT,
    INTEGER,
    NUMBER,
    STRING,
    Named,
    Schema,
    array,
    closed,
    mapping,
    nullable,
    readable,
)
from provender.web.routes.views import CODES

_URI: Schema = {"type": "string", "format": "uri"}
_COUNTS = mapping(COUNT)
_TYPE: dict[str, Any] = {
    "process_type": nullable(STRING),
    "label": nullable(STRING),
    "count": COUNT,
    "states": _COUNTS,
}
TYPES = closed(
    {"types": array(Named("ProcessType", closed({**_TYPE, "exit_statuses": _COUNTS, "url": _URI})))}
)
_LABELS = array(
    Named(
        "ObservedLabel",
        closed({"label": STRING, "count": COUNT, "share": NUMBER, "node_types": _COUNTS}),
    )
)
_STATUS = closed(
    {
        "exit_status": INTEGER,
        "exit_message": nullable(STRING),
        "count": COUNT,
        "wall_seconds": nullable(NUMBER),
    }
)
_DURATIONS = closed(
    {
        "count": COUNT,
        **dict.fromkeys(("median_seconds", "nine_tenths_seconds", "longest_seconds"), NUMBER),
        "at_least": BOOLEAN,
    }
)
TYPE = closed(
    {
        "types": closed(
            {
                **_TYPE,
                "labels": _COUNTS,
                "exit_statuses": array(_STATUS),
                "inputs": _LABELS,
                "outputs": _LABELS,
                "durations": nullable(_DURATIONS),
                "sampled": closed({"newest": COUNT, "is_all": BOOLEAN}),
            }
        )
    }
)
_ROW = records.row(CODES).schema
_CODE = Named(
    "Code",
    closed(
        {
            **{name: _ROW["properties"][name] for name in _ROW["required"]},
            "description": readable(STRING),
            "plugin": nullable(STRING),
            "executable": nullable(STRING),
            "computer": {"anyOf": [COMPUTER, {"type": "null"}]},
            "jobs_count": COUNT,
            "url": nullable(_URI),
        }
    ),
)
CODE_LIST = closed({"codes": array(_CODE)})
ONE_CODE = closed({"codes": array(_CODE, maxItems=1)})
USAGE = closed(
    {
        "statistics": closed(
            {
                "jobs": COUNT,
                "labels": _COUNTS,
                "states": _COUNTS,
                "exit_statuses": _COUNTS,
                "wall_hours": closed({"hours": NUMBER, "jobs": COUNT, "at_least": {"const": True}}),
            }
        )
    }
)
