"""The schemas of what answers hold as `data`. Floor: web."""

from __future__ import annotations

from typing import Any

from provender.query.plan.views import Constant, View
from provender.query.posted.path import KEYWORDS, OWN_KEYS
from provender.schema.entities import Field, Kind
from provender.web.openapi.shapes import (
    BOOLEAN,
    COUNT,
    FREE,
    HTTP_DATE,
    INTEGER,
    NUMBER,
    STRING,
    UUID,
    Named,
    Schema,
    array,
    closed,
    mapping,
    nullable,
    readable,
)

# The schema of a field by its type.
OF_KIND: dict[Kind, Schema] = {
    Kind.INTEGER: INTEGER,
    Kind.TEXT: STRING,
    Kind.UUID: UUID,
    Kind.TIME: HTTP_DATE,
    Kind.BOOLEAN: BOOLEAN,
    Kind.JSON: FREE,
    Kind.NUMBER: NUMBER,
    Kind.LOCAL_TIME: STRING,
}
ENDPOINTS = closed({"available_endpoints": array(STRING)})
_VERSIONS = ("API_major_version", "API_minor_version", "API_revision_version")
SERVER = closed(dict.fromkeys((*_VERSIONS, "API_prefix", "AiiDA_version"), STRING))
_FIELD = Named(
    "FieldDescription",
    closed(
        {
            "display_name": STRING,
            "help_text": STRING,
            "is_display": BOOLEAN,
            "is_foreign_key": BOOLEAN,
            "type": STRING,
        },
        {
            "related_column": STRING,
            "related_resource": STRING,
            "valid_choices": mapping(closed({"doc": STRING})),
        },
    ),
)
FIELDS = closed({"fields": mapping(_FIELD), "ordering": array(STRING)})
COMMENTS = closed(
    {
        "comments": array(
            Named(
                "Comment",
                closed(
                    {
                        "created_time": readable(HTTP_DATE),
                        "modified_time": readable(HTTP_DATE),
                        "message": readable(STRING),
                        "user": readable(STRING),
                    }
                ),
            )
        )
    }
)
LOGS = closed(
    {
        "logs": array(
            Named(
                "LogEntry",
                closed(
                    {
                        "time": readable(HTTP_DATE),
                        "levelname": readable(STRING),
                        "loggername": readable(STRING),
                        "dbnode_id": readable(INTEGER),
                        "message": readable(STRING),
                    }
                ),
            )
        )
    }
)
FILE_ENTRY = Named(
    "FileEntry",
    closed(
        {"name": STRING, "type": {"enum": ["FILE", "DIRECTORY"]}},
        {
            "size": nullable(COUNT),
            "sha256": readable(STRING),
            "mime_type": STRING,
            "binary": nullable(BOOLEAN),
        },
    ),
)
FILES = array(FILE_ENTRY)
NO_FOLDER = closed({"status": {"const": 200}, "data": STRING})
OUTPUT_FILES: Schema = {"anyOf": [FILES, NO_FOLDER]}
FORMATS = mapping(array(STRING))
TEXT_FILE = closed(
    {"download": closed({"data": STRING, "filename": STRING, "status": {"const": 200}})}
)
TYPES = Named(
    "Namespace",
    closed(
        {
            "namespace": STRING,
            "path": STRING,
            "label": STRING,
            "full_type": nullable(STRING),
            "subspaces": array({"$ref": "#/components/schemas/Namespace"}),
        },
        {"counter": COUNT},
    ),
)
# The answer to a posted query: for each tag its rows.
ROWS_BY_TAG = mapping(array({"type": "object"}))
REFUSAL = closed({"message": STRING})

_POINTS = array(array(nullable(NUMBER)))
_NAMED_POINTS = mapping(array(nullable(NUMBER)))
_ZONE = closed(
    {
        "faces": array(_POINTS),
        "triangles": array(array(COUNT)),
        "triangles_vertices": _POINTS,
    }
)
_STRUCTURE = closed(
    {
        "formula": STRING,
        "dimensionality": closed(
            {"dim": {"enum": [0, 1, 2, 3]}, "label": STRING, "value": nullable(NUMBER)}
        ),
    }
)
_KPOINTS = closed(
    {
        "explicit_kpoints_rel": _POINTS,
        "has_cell": BOOLEAN,
        "has_mesh": BOOLEAN,
        "has_labels": BOOLEAN,
    },
    {
        "mesh": array(INTEGER),
        "offset": array(NUMBER),
        "labelled_kpoints_rel": _NAMED_POINTS,
        "labelled_path": array(array(STRING)),
        "explicit_kpoints_abs": _POINTS,
        "labelled_kpoints_abs": _NAMED_POINTS,
        "faces_data": _ZONE,
    },
)
_PATH = closed(
    {
        "length": COUNT,
        "from": STRING,
        "to": STRING,
        "values": array(array(nullable(NUMBER))),
        "x": array(NUMBER),
        "two_band_types": BOOLEAN,
    }
)
_BANDS = closed(
    {
        "bands": closed(
            {
                "label": STRING,
                "path": array(array(STRING)),
                "paths": array(_PATH),
                "original_uuid": STRING,
            }
        )
    }
)
DERIVED = Named(
    "DerivedProperties",
    {
        "anyOf": [
            {"title": "a structure", **_STRUCTURE},
            {"title": "k-points", **_KPOINTS},
            {"title": "bands", **_BANDS},
            {"title": "all other nodes", **closed({})},
        ]
    },
)
# How many links a node has.
LINK_COUNTS = closed({"incoming": COUNT, "outgoing": COUNT})
# The link of a neighbour.
_LINK = {"link_type": readable(STRING), "link_label": readable(STRING)}


def field_schema(field: Field) -> Schema:
    """Return the schema of a stored value; the pk of a row can always be read."""
    schema = OF_KIND[field.kind]
    if field.nullable and field.kind is not Kind.JSON:
        return nullable(schema)
    return schema if field.name == "id" else readable(schema)


def row(view: View) -> Named:
    """Return the schema of a row of a view."""
    shown: dict[str, Any] = {}
    for name, field in view.shown.items():
        if isinstance(field, Constant):
            shown[name] = {"const": field.value}
        else:
            shown[name] = field_schema(view.entity.field(field))
    if view.has_full_type:
        shown["full_type"] = readable(STRING)
    if view.shows_links:
        shown |= _LINK
    documents = ("attributes", "extras") if view.has_contents else ()
    asked: dict[str, Any] = {column: readable(FREE) for column in documents}
    if view.has_contents or view.shows_links:
        asked["link_counts"] = LINK_COUNTS
    name = ("Linked" if view.shows_links else "") + view.entity.name.capitalize()
    return Named(name, closed(shown, asked))


def rows(view: View, key: str, *, is_one: bool = False) -> Schema:
    """Return the schema of a list of rows under a key."""
    return closed({key: array(row(view), **({"maxItems": 1} if is_one else {}))})


def contents(column: str) -> Schema:
    """Return the schema of the attributes or extras of one node."""
    return closed({column: readable(FREE)})


def derived(key: str) -> Schema:
    """Return the schema of the derived properties of a node, under a key."""
    return closed({key: DERIVED})


def statistics(view: View) -> Schema:
    """Return the schema of the numbers of a resource."""
    required: dict[str, Schema] = {"total": COUNT}
    if view.entity.name != "user":
        required["types"] = mapping(COUNT)
    if view.entity.name == "node":
        required["ctime_by_day"] = mapping(COUNT)
    return closed(required)


_TREE_NODE: dict[str, Schema] = {
    "id": INTEGER,
    "uuid": readable(UUID),
    "node_type": readable(STRING),
    "node_label": readable(STRING),
    "ctime": readable(HTTP_DATE),
    "mtime": readable(HTTP_DATE),
    "description": readable(STRING),
}
_NEIGHBOUR = Named("Neighbour", closed({**_TREE_NODE, **_LINK}))
_SIDES = ("incomings", "outgoings")
_TOTALS = [f"{kind}_no_of_{side}" for kind in ("total", "sent") for side in _SIDES]
TREE = closed(
    {
        "nodes": array(
            closed({**_TREE_NODE, "incoming": array(_NEIGHBOUR), "outgoing": array(_NEIGHBOUR)})
        ),
        "metadata": array(closed(dict.fromkeys(_TOTALS, COUNT))),
    }
)
# A link to a file, and what is posted for it.
DOWNLOAD_LINK = closed({"url": STRING, "expires": nullable(STRING)})
FILE_PATH = Named("FilePath", closed({"path": STRING}))
# What is posted as a query; its parts are described in the documentation.
_VERTEX = closed(
    {"entity_type": {"anyOf": [STRING, array(STRING)]}},
    {key: {} for key in (*OWN_KEYS, *KEYWORDS) if key != "entity_type"},
)
_PART: Schema = {"type": ["object", "array", "null"]}
TOTAL = {"total": COUNT}
QUERY: dict[str, Any] = {
    "path": array({"anyOf": [STRING, _VERTEX]}, minItems=1),
    "filters": _PART,
    "project": _PART,
    "project_map": _PART,
    "order_by": _PART,
    "limit": nullable(COUNT),
    "offset": nullable(COUNT),
    "distinct": nullable(BOOLEAN),
}
POSTED = Named(
    "PostedQuery",
    {
        "type": "object",
        "required": ["path"],
        "properties": {**QUERY, "count": {"enum": ["exact", None]}, "flat": nullable(BOOLEAN)},
        "unevaluatedProperties": False,
        "description": "What `QueryBuilder.as_dict()` of AiiDA returns, or written by hand.",
    },
)
