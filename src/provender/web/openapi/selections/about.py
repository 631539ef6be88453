"""The schemas of what there is to know of a server and its store. Floor: web."""

from __future__ import annotations

from dataclasses import fields

from provender.settings import Limits
from provender.translators.census import COUNTED
from provender.web.openapi.shapes import (
    BOOLEAN,
    COUNT,
    HTTP_DATE,
    NUMBER,
    STRING,
    Schema,
    array,
    closed,
    mapping,
    nullable,
)

# Limits that are of no use to clients: an address, which may hold a password.
PRIVATE = ("requests_storage",)
# The packages of the extras that an installation may have.
EXTRAS = {"plots": "matplotlib", "rates": "flask_limiter", "tables": "pyarrow"}
_TEXTS = ("requests",)
_LIMITS: dict[str, Schema] = {
    item.name: nullable(STRING) if item.name in _TEXTS else NUMBER
    for item in fields(Limits)
    if item.name not in PRIVATE
}
INFO = closed(
    {
        "info": closed(
            {
                "provender": STRING,
                "api": closed({"prefix": STRING, "version": STRING}),
                "api_versions": mapping(STRING),
                "store": closed(
                    {
                        "profile": STRING,
                        "kind": STRING,
                        "schema": STRING,
                        "aiida_version": STRING,
                        "written_as": nullable(STRING),
                        "has_files": BOOLEAN,
                    }
                ),
                "limits": closed(_LIMITS),
                "formats": mapping(array(STRING)),
                "extras": closed(dict.fromkeys(EXTRAS, BOOLEAN)),
                "exposed": array(STRING),
            }
        )
    }
)
STATISTICS = closed(
    {
        "statistics": closed(
            {
                **dict.fromkeys(COUNTED, COUNT),
                "first_ctime": nullable(HTTP_DATE),
                "last_ctime": nullable(HTTP_DATE),
                "nodes_by_month": mapping(COUNT),
                "files": nullable(COUNT),
                "bytes": nullable(COUNT),
            }
        ),
        "archive": nullable(
            closed({"written_as": STRING, "aiida_version": nullable(STRING), "schema": STRING})
        ),
    }
)
