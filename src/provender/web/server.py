"""The development server, and `run_api` for programs that start it. Floor: web."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Flask

from provender import logs
from provender.web.api import Api
from provender.web.app import App, configure_api
from provender.web.context import KEY
from provender.web.serving.listening import Server, listen
from provender.web.serving.stopping import run

LOGGER = logging.getLogger(__name__)

HOST, PORT = "127.0.0.1", 5000
# Seconds that running requests may take after the server was asked to stop.
DRAIN_SECONDS = 10.0


def run_api(
    flask_app: type[App] = App,
    flask_api: type[Api] = Api,
    *,
    hostname: str = HOST,
    port: int = PORT,
    hookup: bool = True,
    debug: bool = False,
    **options: Any,  # noqa: ANN401 - passed on
) -> tuple[Flask, Api] | None:
    """Serve until interrupted, or return `(app, api)` if `hookup` is false.

    The log says at which URL, once requests are answered.

    Args:
        flask_app: class of the application.
        flask_api: class of the interface.
        hostname: address to listen on.
        port: port to listen on; 0 picks a free one.
        hookup: whether to serve.
        debug: write every database statement to the log.
        options: as `configure_api`.
    """
    api = configure_api(flask_app, flask_api, **options)
    if not hookup:
        return api.app, api
    logs.configure(api.context.settings.log_format, debug=debug)
    try:
        serve(api.app, hostname, port, partial(LOGGER.info, "serving at %s/ (Ctrl-C stops it)"))
    finally:
        api.context.stores.close()
    return None


def serve(
    app: Flask,
    host: str,
    port: int,
    on_ready: Callable[[str], None] | None = None,
    *,
    drain_seconds: float = DRAIN_SECONDS,
) -> None:
    """Serve an application with threads until it is interrupted or terminated.

    Requests that run then are finished, at most `drain_seconds` long; another signal ends them at
    once. `on_ready` gets the root URL as soon as requests are answered; it may be slow.

    Raises:
        ConfigurationError: the port is taken, or the address is not of this machine.
    """
    context = app.extensions[KEY]
    server = Server(app, listen(host, port), context.settings.limits, drain_seconds)
    shown = f"[{host}]" if ":" in host else host
    ready = on_ready and partial(on_ready, f"http://{shown}:{server.port}")
    run(server, context.lifecycle, ready)
