"""Registers the routes of both dialects with their resources. Floor: web."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask_restful
from flask import Flask

from provender.web.context import Context
from provender.web.resources.base import BaseResource
from provender.web.resources.entities import Computer, Group, User
from provender.web.resources.general import QueryBuilder, ServerInfo
from provender.web.resources.nodes import Node
from provender.web.resources.processes import CalcJobNode, ProcessNode
from provender.web.routes.dialects import DIALECTS

RESOURCES: dict[str, type[BaseResource]] = {
    "server": ServerInfo,
    "querybuilder": QueryBuilder,
    "computers": Computer,
    "groups": Group,
    "users": User,
    "processes": ProcessNode,
    "calcjobs": CalcJobNode,
}
"""The class of each resource; all others are views of nodes."""


class Api(flask_restful.Api):
    """Flask-RESTful's `Api` with the routes of both dialects.

    Subclass it and call `add_resource` to serve more. Errors are rendered by the application's
    own handlers, for all routes alike.
    """

    def __init__(self, app: Flask, context: Context) -> None:
        super().__init__(app)
        self.context = context
        for dialect in DIALECTS:
            for number, route in enumerate(dialect.routes):
                if route.resource == "querybuilder" and not context.posting:
                    continue
                self.add_resource(
                    RESOURCES.get(route.resource, Node),
                    dialect.prefix + route.path,
                    endpoint=f"{dialect.name}-{route.resource}-{number}",
                    methods=route.methods,
                    strict_slashes=False,
                    resource_class_kwargs={"route": route, "dialect": dialect, "context": context},
                )

    def error_router(self, original_handler: Callable[[Any], Any], e: Exception) -> Any:  # noqa: ANN401 - as Flask-RESTful's
        """Leave every error to the application: Flask-RESTful would hide its handlers."""
        return original_handler(e)
