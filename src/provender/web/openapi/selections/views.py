"""The schemas of saved selections. Floor: web."""

from __future__ import annotations

from provender.web.openapi import records
from provender.web.openapi.selections.facets import FACETS
from provender.web.openapi.selections.select import ROWS
from provender.web.openapi.shapes import STRING, Named, Schema, array, closed
from provender.web.routes.views import NODES

VIEW = Named(
    "SavedView",
    closed(
        {
            "name": STRING,
            "title": STRING,
            "description": STRING,
            "answers": {"enum": ["nodes", "rows", "facets"]},
            "url": STRING,
        }
    ),
)
VIEWS: Schema = closed({"views": array(VIEW)})
LISTED: Schema = records.rows(NODES, "nodes")
ANSWER: Schema = {"anyOf": [LISTED, ROWS, FACETS]}
