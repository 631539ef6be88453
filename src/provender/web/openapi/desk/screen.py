"""The schemas of what one screen shows at once. Floor: web."""

from __future__ import annotations

from typing import Any

from provender.query.plan.views import View
from provender.query.querystring.desk.screen import SIDES
from provender.web.openapi import records
from provender.web.openapi.desk.rows import USER
from provender.web.openapi.shapes import (
    COUNT,
    FREE,
    NULL,
    STRING,
    UUID,
    Named,
    Schema,
    array,
    closed,
    readable,
)
from provender.web.routes import views

_SIDES = ("incoming", "outgoing")
_NEIGHBOURS = array(records.row(views.LINKED))
LINKS = closed(
    {
        **dict.fromkeys(_SIDES, _NEIGHBOURS),
        "totals": closed(dict.fromkeys(_SIDES, COUNT)),
    }
)
_FILE = records.FILE_ENTRY.schema
JOB_FILES = closed(
    {
        "files": array(
            Named(
                "JobFile",
                closed(
                    {
                        "side": {"enum": list(SIDES)},
                        "uuid": readable(UUID),
                        "path": STRING,
                        **{name: _FILE["properties"][name] for name in _FILE["required"]},
                    },
                    {
                        name: schema
                        for name, schema in _FILE["properties"].items()
                        if name not in _FILE["required"]
                    },
                ),
            )
        )
    }
)
# The parts of a node; one that cannot be shown is null with a note.
PARTS: dict[str, Schema] = {
    "attributes": readable(FREE),
    "extras": readable(FREE),
    "comments": readable(records.COMMENTS["properties"]["comments"]),
    "links": readable(LINKS),
    "files": readable(records.FILES),
    "groups": readable(array(records.row(views.GROUPS))),
    "user": {"anyOf": [USER, NULL]},
    "computer": {"anyOf": [records.row(views.COMPUTERS), NULL]},
    "derived_properties": {"anyOf": [records.DERIVED, NULL]},
    "link_counts": readable(records.LINK_COUNTS),
    "description": readable(STRING),
}


def one_with_parts(view: View) -> Schema:
    """Return the schema of a list of one node, which may have parts."""
    plain = records.row(view).schema
    shown: dict[str, Any] = {name: plain["properties"][name] for name in plain["required"]}
    node = Named(f"{view.entity.name.capitalize()}WithParts", closed(shown, PARTS))
    return closed({view.name: array(node, maxItems=1)})
