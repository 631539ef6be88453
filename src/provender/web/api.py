"""Registers the routes of both dialects with their resources. Floor: web."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache, wraps
from typing import Any

import flask_restful
from flask import Flask, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing.exceptions import RoutingException

from provender.web.context import FAILURES, KEY, Context
from provender.web.dialects import DIALECTS
from provender.web.resources.selecting import Selected
from provender.web.routes.endpoints import literals
from provender.web.routes.route import Access, Dialect, Route

QUERYBUILDER = "querybuilder"


class Api(flask_restful.Api):
    """Flask-RESTful's `Api` with the routes of both dialects.

    Subclass it and call `add_resource` to serve more: paths are below the prefix of today's
    clients. The checks of the application (`get_decorators`) run before every resource
    and method. `handle_error` answers errors; it may be overridden.
    """

    prefix: str
    decorators: list[Any]

    def __init__(
        self,
        app: Flask | None = None,
        **options: Any,  # noqa: ANN401 - as Flask-RESTful's, and what extensions pass on
    ) -> None:
        self.posting = bool(options.pop("posting", True))
        super().__init__(app, **{"prefix": DIALECTS[0].prefix} | options)

    @property
    def context(self) -> Context:
        """The settings and stores of the application."""
        context: Context = self.app.extensions[KEY]
        return context

    def init_app(self, app: Flask) -> None:
        """Register everything with an application that `configure_api` made."""
        self.app = app
        own, early = list(self.decorators), list(self.resources)
        guarded = [*own, *map(_keeping_name, self.context.get_decorators)]
        self.decorators = guarded
        super().init_app(app)
        for resource, urls, options in early:
            self._list(resource, urls, options)
        prefix = self.prefix
        for dialect in DIALECTS:
            served = _served(dialect, self.posting)
            self.context.endpoints.versions[dialect.prefix] = ".".join(dialect.version)
            for number, route in enumerate(served.routes):
                self.decorators = guarded if route.access is Access.GUARDED else own
                self._add(served, number, route)
        self.prefix, self.decorators = prefix, guarded

    def _add(self, dialect: Dialect, number: int, route: Route) -> None:
        self.prefix, endpoint = dialect.prefix, f"{dialect.name}-{route.name}-{number}"
        self.context.endpoints.routes[endpoint] = route
        self.add_resource(
            route.resource,
            route.path,
            endpoint=endpoint,
            methods=route.methods,
            strict_slashes=False,
            besides=literals(route, dialect.routes),
            resource_class_kwargs={"route": route, "dialect": dialect},
        )

    def add_resource(
        self,
        resource: type[Any],
        *urls: str,
        **options: Any,  # noqa: ANN401 - as Flask-RESTful's
    ) -> None:
        """Add a resource at paths below the prefix; a final slash is optional in requests."""
        options.setdefault("strict_slashes", False)
        _decorate_head(resource)
        plain = [url if url == "" else url.rstrip("/") or "/" for url in urls]
        super().add_resource(resource, *plain, **options)
        if self.app is not None:
            self._list(resource, plain, options)

    def _list(self, resource: type[Any], urls: Iterable[str], options: Mapping[str, Any]) -> None:
        """Note a resource for the list of endpoints."""
        given = options.get("resource_class_kwargs", {}).get("route")
        name = given.name if given else options.get("endpoint", resource.__name__.lower())
        methods = options.get("methods") or getattr(resource, "methods", None) or ("GET",)
        for url in urls:
            self.context.endpoints.add(self.prefix, name, methods, self.prefix + url)

    def handle_error(self, e: Exception) -> Response:
        """Return the answer to an error: JSON with a message, and the headers of the error."""
        answer: Response = self.app.extensions[FAILURES].respond(e)
        return answer

    def error_router(self, original_handler: Callable[[Any], Any], e: Exception) -> Any:  # noqa: ANN401 - as Flask-RESTful's
        """Answer by an overridden `handle_error`, otherwise by the handlers of the application.

        Flask-RESTful would hide those handlers. A redirect of the routing is not an error.
        """
        is_own = type(self).handle_error is not Api.handle_error
        is_answer = isinstance(e, HTTPException) and e.code is None  # such as a 304
        if is_own and not is_answer and not isinstance(e, RoutingException):
            return self.handle_error(e)
        return original_handler(e)


@lru_cache(maxsize=16)
def _served(dialect: Dialect, posting: bool) -> Dialect:
    """Return a dialect with the routes that are served; the same object for the same answer.

    Without posted queries the routes that take a selection have their GET form only.
    """
    if posting:
        return dialect
    routes = (_without_posting(route) for route in dialect.routes if route.name != QUERYBUILDER)
    return replace(dialect, routes=tuple(route for route in routes if route.methods))


def _without_posting(route: Route) -> Route:
    if not issubclass(route.resource, Selected):
        return route
    return replace(route, methods=tuple(name for name in route.methods if name != "POST"))


def _keeping_name(decorate: Callable[..., Any]) -> Callable[..., Any]:
    """Return a decorator that keeps the names of views: Flask tells views apart by name."""

    def apply(view: Callable[..., Any]) -> Callable[..., Any]:
        decorated = decorate(view)

        @wraps(view)
        def named(*values: Any, **parts: Any) -> Any:  # noqa: ANN401 - the view's
            return decorated(*values, **parts)

        return named

    return apply


def _decorate_head(resource: type[Any]) -> None:
    """Apply the decorators that a class declares for GET to HEAD, too.

    Flask-RESTful answers HEAD with `get`, but uses the decorators of `head`.
    """
    declared = resource.method_decorators
    if isinstance(declared, Mapping) and "get" in declared:
        resource.method_decorators = {"head": declared["get"], **declared}
