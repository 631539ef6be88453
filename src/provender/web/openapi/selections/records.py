"""The schemas of records of nodes, and of groups with their numbers. Floor: web."""

from __future__ import annotations

from provender.translators.parts.record import NAMES
from provender.web.openapi import records
from provender.web.openapi.desk.screen import PARTS
from provender.web.openapi.shapes import (
    COUNT,
    HTTP_DATE,
    INTEGER,
    STRING,
    Named,
    Schema,
    array,
    closed,
    mapping,
    nullable,
    readable,
)
from provender.web.routes import views

_LOG = Named(
    "LogOfNode",
    closed(
        {
            "id": INTEGER,
            "time": readable(HTTP_DATE),
            "levelname": readable(STRING),
            "loggername": readable(STRING),
            "message": readable(STRING),
        }
    ),
)
_FILE = Named(
    "FileOfNode", closed({"path": STRING, "size": nullable(COUNT), "sha256": readable(STRING)})
)
_PARTS = {**PARTS, "logs": readable(array(_LOG)), "files": readable(array(_FILE))}
_COLUMNS = records.row(views.RECORD).schema
RECORD = closed(
    {
        "record": Named(
            "NodeRecord",
            closed(
                {
                    **{name: _COLUMNS["properties"][name] for name in _COLUMNS["required"]},
                    **{
                        name: schema
                        for name, schema in PARTS.items()
                        if name in NAMES and name != "files"
                    },
                    "logs": readable(array(_LOG)),
                    "files": readable(array(_FILE)),
                }
            ),
        )
    }
)
COUNTS = closed({"total": COUNT, "types": mapping(COUNT)})


def group_with_counts() -> Schema:
    """Return the schema of a list of one group, which may have the numbers of its nodes."""
    plain = records.row(views.GROUPS).schema
    shown = {name: plain["properties"][name] for name in plain["required"]}
    group = Named("GroupWithCounts", closed(shown, {"counts": COUNTS}))
    return closed({"groups": array(group, maxItems=1)})
