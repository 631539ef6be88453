"""The schemas of logs of processes. Floor: web."""

from __future__ import annotations

from provender.web.openapi.shapes import (
    COUNT,
    HTTP_DATE,
    INTEGER,
    STRING,
    UUID,
    Named,
    array,
    closed,
    mapping,
    readable,
)

_ROW = Named(
    "ProcessLogRow",
    closed(
        {
            "id": INTEGER,
            "time": readable(HTTP_DATE),
            "levelname": readable(STRING),
            "loggername": readable(STRING),
            "message": readable(STRING),
            "process": readable(UUID),
            "depth": COUNT,
        }
    ),
)
ROWS = closed({"logs": {"anyOf": [array(_ROW), array(STRING)]}})
_LAST = Named("LastLogRow", closed({"id": INTEGER, "time": readable(HTTP_DATE)}))
_SIZE = Named(
    "LogSize",
    closed(
        {
            "lines": COUNT,
            "rows": COUNT,
            "by_level": mapping(COUNT),
            "last": {"anyOf": [_LAST, {"type": "null"}]},
        }
    ),
)
_STREAM_SIZE = Named("StreamSize", closed({"lines": COUNT, "bytes": COUNT}))
SIZE = closed({"size": {"anyOf": [_SIZE, _STREAM_SIZE]}})
