"""The WSGI application: wiring, nothing else. Floor: web."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

from flask import Flask, Request, Response
from werkzeug.routing import RequestRedirect
from werkzeug.urls import iri_to_uri

from provender import configuration, logs
from provender.settings import Settings
from provender.store.registry import StoreRegistry
from provender.store.selection import Selection, select
from provender.web.access import door, rates
from provender.web.access.door import door_of
from provender.web.access.signatures import Signatures
from provender.web.answers.failures import Failures
from provender.web.answers.freshness import fingerprint
from provender.web.answers.responses import json_response
from provender.web.answers.waits import Waits
from provender.web.api import Api
from provender.web.context import FAILURES, KEY, Context
from provender.web.dialects import DIALECTS
from provender.web.explorer import missing, page
from provender.web.middleware import bounds, crossorigin, requestlog, timing, trace
from provender.web.middleware.disconnects import Disconnects
from provender.web.middleware.mounts import EveryName, Mounts
from provender.web.middleware.observer import Observer
from provender.web.middleware.proxies import TrustedProxies
from provender.web.middleware.trace import Lifecycle
from provender.web.operations import assets, docspage, probes, profiles
from provender.web.routes.endpoints import Endpoints, LazyRule
from provender.web.saved import read_views

CONTROL = re.compile(r"[\x00-\x20\x7f]")


class Redirect(RequestRedirect):
    """A redirect whose body is JSON, as every other answer for programs."""

    def get_response(self, *_: object, **__: object) -> Response:
        """Return the answer."""
        text = f"The resource is at {self.new_url}."
        response = json_response({"message": text, "code": "permanent-redirect"}, status=self.code)
        response.headers["Location"] = iri_to_uri(self.new_url)
        return response


class App(Flask):
    """Flask's application class, as Provender configures it; subclass it to add to it."""

    url_rule_class = LazyRule

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as Flask's
        # Whether tracebacks of unexpected errors are written to the error log of the server, too.
        self.catch_internal_server = bool(kwargs.pop("catch_internal_server", False))
        super().__init__(*(args or ("provender.web",)), **({"static_folder": None} | kwargs))

    def raise_routing_exception(self, request: Request) -> NoReturn:
        """Raise what routing found; a redirect repeats no control character of the request."""
        error = request.routing_exception
        if isinstance(error, RequestRedirect):
            raise Redirect(CONTROL.sub(lambda match: quote(match[0]), error.new_url))
        super().raise_routing_exception(request)


def create_app(
    config: str | Path | None = None,
    store: str | Path | None = None,
    **options: Any,  # noqa: ANN401 - passed on
) -> App:
    """Return the application that serves a store.

    Args:
        config: configuration file, or a folder with a `config.yaml`.
        store: postgresql:// URL, archive, folder of a SQLite profile, or `demo`.
        options: as `configure_api`.

    Raises:
        ConfigurationError: wrong settings, or no such store.
    """
    api = configure_api(config=config, store=store, **options)
    app: App = api.app  # type: ignore[assignment] # made of `flask_app`
    return app


def configure_api(  # noqa: PLR0913 - the names that users of AiiDA's package know
    flask_app: type[App] = App,
    flask_api: type[Api] = Api,
    *,
    config: str | Path | None = None,
    store: str | Path | None = None,
    repository: str | Path | None = None,
    profile: str | None = None,
    settings: Settings | None = None,
    selection: Selection | None = None,
    posting: bool = True,
    catch_internal_server: bool = False,
    wsgi_profile: bool = False,
    get_decorators: Iterable[Callable[..., Any]] | None = None,
) -> Api:
    """Return a configured `Api`; its `app` is the WSGI application.

    Args:
        flask_app: class of the application.
        flask_api: class of the interface, which may register more resources.
        config: configuration file, or a folder with a `config.yaml`.
        store: store to serve, instead of a configured one.
        repository: container folder that belongs to a PostgreSQL store.
        profile: name of the configured profile to serve by default.
        settings: settings that are already loaded; `config` is then not read.
        selection: what to serve, already chosen; `store` and `profile` are then not read.
        posting: whether `/querybuilder` is served.
        catch_internal_server: also write tracebacks of unexpected errors to `wsgi.errors`.
        wsgi_profile: print a short profile of each request to standard error.
        get_decorators: decorators of every view, whatever the method, such as a check of access.

    Raises:
        ConfigurationError: wrong settings, or no such store or profile.
    """
    if settings is None:
        file = configuration.find_file(None if config is None else Path(config))
        settings = configuration.load(file)
    if selection is None:
        selection = select(
            settings,
            store=None if store is None else str(store),
            repository=None if repository is None else Path(repository),
            profile=profile,
        )
    app = flask_app()
    app.catch_internal_server = app.catch_internal_server or catch_internal_server
    lifecycle = Lifecycle()
    context = Context(
        settings,
        StoreRegistry(selection.profiles, settings),
        Waits(settings.limits.waits, lambda: lifecycle.is_draining),
        tuple(get_decorators or ()),
        fingerprint(settings),
        lifecycle=lifecycle,
        endpoints=Endpoints(DIALECTS[0].prefix),
        door=door_of(settings, selection.profiles),
        saved=read_views(settings, selection.profiles),
    )
    app.extensions[KEY] = context
    _register(app, context)
    selection.warn()
    api = flask_api(app, posting=posting)
    if settings.proxy.trusted:
        app.wsgi_app = TrustedProxies(app.wsgi_app, settings.proxy)  # type: ignore[method-assign]
    if wsgi_profile:
        from provender.web.middleware.profiling import Profiler  # noqa: PLC0415 - loads Python's profiler

        app.wsgi_app = Profiler(app.wsgi_app)  # type: ignore[method-assign]
    return api


def _register(app: App, context: Context) -> None:
    """Register all that is served besides the interface, and what stands around it."""
    settings = context.settings
    trace.register(app)
    has_checks = bool(context.get_decorators)  # then a 404 tells nothing that a page would not
    is_secretive = has_checks or context.hides_profiles
    failures = Failures(
        DIALECTS,
        (lambda _: []) if has_checks else context.endpoints.lines,
        routes=context.endpoints.routes,
        profiles=() if is_secretive else context.mounted,
        show_tracebacks=app.catch_internal_server,
        page=(lambda _: None) if has_checks else missing.of(context),
    )
    app.extensions[FAILURES] = failures
    failures.register(app)
    if settings.limits.requests:
        rates.register(app, settings.limits, failures.respond)
    bounds.register(app, settings)
    is_guarded = None
    if context.door is not None:
        door.register(app, context.door)
        is_guarded = door.is_for_some
    crossorigin.register(app, settings.cors, is_guarded)
    if settings.server_timing:
        timing.register(app)
    page.register(app, context)
    docspage.register(app, context)
    assets.register(app)
    probes.register(app, context)
    if settings.profile_paths:
        profiles.register(app, context)
    names: Container[str] = context.mounted
    if context.door is not None:
        app.wsgi_app = Signatures(app.wsgi_app)  # type: ignore[method-assign]
        names = EveryName(app) if context.hides_profiles and settings.profile_paths else names
    app.wsgi_app = Mounts(app.wsgi_app, names)  # type: ignore[method-assign]
    _observe(app, context)


def _observe(app: Flask, context: Context) -> None:
    """Name each request, log it, and count it if metrics are served."""
    logs.offer(context.settings.log_format)
    watchers = [Disconnects.end, requestlog.write]
    if context.settings.metrics:
        from provender.web.operations import metrics  # noqa: PLC0415 - a library that only this needs

        watchers.append(metrics.register(app, context).count)
    seen = Disconnects(app.wsgi_app)
    app.wsgi_app = Observer(seen, context.lifecycle, tuple(watchers))  # type: ignore[method-assign]
