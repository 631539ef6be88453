"""The routes of saved selections. Floor: web."""

from __future__ import annotations

from functools import partial

from provender.query.querystring.parameters import COUNT, CURSOR, LIMIT, OFFSET, PERPAGE, PROFILE
from provender.web.openapi.selections.views import ANSWER, LISTED, VIEWS
from provender.web.resources.selections.views import Views
from provender.web.routes import views
from provender.web.routes.route import Answer, Route

PAGE = Answer(
    "a page of a saved list",
    ("nodes",),
    data=LISTED,
    is_list=True,
    resource_type=views.NODES.name,
)
ROUTES = (
    Route(
        "/views",
        Views,
        Views.views,
        Answer("the [saved selections](../selections/views.md)", ("views",), data=VIEWS),
        views.NODES,
        (PROFILE,),
        is_strict=True,
    ),
    Route(
        "/views/<view>",
        Views,
        Views.show,
        Answer(
            "the answer to a saved selection: a list, rows of a template, or facets",
            data=ANSWER,
            is_list=True,
            resource_type=views.NODES.name,
        ),
        views.NODES,
        (LIMIT, OFFSET, CURSOR, COUNT, PROFILE),
        is_strict=True,
    ),
    *(
        Route(
            path,
            Views,
            partial(Views.show, is_paged=True),
            PAGE,
            views.NODES,
            (PERPAGE, PROFILE),
            is_strict=True,
        )
        for path in ("/views/<view>/page", "/views/<view>/page/<int:page>")
    ),
)
