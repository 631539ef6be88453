"""The routes of schemas. Floor: web."""

from __future__ import annotations

from provender.query.querystring.parameters import PROFILE
from provender.web.openapi.selections.schemas import SCHEMA, SCHEMAS
from provender.web.resources.selections.schemas import Schema
from provender.web.routes import views
from provender.web.routes.route import Answer, Route

ROUTES = (
    Route(
        "/schemas",
        Schema,
        Schema.schemas,
        Answer("the types of nodes that have a schema", ("schemas",), data=SCHEMAS),
        views.NODES,
        (PROFILE,),
        is_strict=True,
    ),
    Route(
        "/schemas/<node_type>",
        Schema,
        Schema.of_type,
        Answer(
            "the JSON Schema of a type of nodes: keys that are documented, and keys observed",
            ("schema",),
            data=SCHEMA,
        ),
        views.NODES,
        (PROFILE,),
        is_strict=True,
    ),
)
