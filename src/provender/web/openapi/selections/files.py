"""The schemas of files that were found. Floor: web."""

from __future__ import annotations

from provender.web.openapi.shapes import (
    COUNT,
    STRING,
    UUID,
    Named,
    Schema,
    array,
    closed,
    nullable,
)

FILE = Named(
    "FoundFile",
    closed(
        {
            "uuid": nullable(UUID),
            "label": nullable(STRING),
            "path": STRING,
            "size": nullable(COUNT),
            "sha256": nullable(STRING),
            "url": nullable(STRING),
        }
    ),
)
FILES: Schema = closed({"files": array(FILE)})
NAMING_NODE = Named(
    "NamingNode",
    closed(
        {
            "uuid": nullable(UUID),
            "label": nullable(STRING),
            "node_type": nullable(STRING),
            "files": array(closed({"path": STRING, "url": nullable(STRING)}), minItems=1),
        }
    ),
)
NODES: Schema = closed({"nodes": array(NAMING_NODE)})
