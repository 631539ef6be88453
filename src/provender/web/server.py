"""The development server, and `run_api` for programs that start it. Floor: web."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from provender import logs
from provender.errors import ConfigurationError
from provender.web.api import Api
from provender.web.app import App, configure_api

HOST, PORT = "127.0.0.1", 5000
STOPPING = (signal.SIGINT, signal.SIGTERM)


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
    logs.configure(debug=debug)
    try:
        serve(api.app, hostname, port)
    finally:
        api.context.stores.close()
    return None


def serve(app: Flask, host: str, port: int, on_ready: Callable[[str], None] | None = None) -> None:
    """Serve an application with threads until it is interrupted or terminated.

    `on_ready` is told the root URL once requests are answered; it may take its time.

    Raises:
        ConfigurationError: the port is taken, or the address is not of this machine.
    """
    listener = _listen(host, port)
    with listener:
        bound_port = int(listener.getsockname()[1])
        server = make_server(host, bound_port, app, threaded=True, fd=listener.fileno())
        shown = f"[{host}]" if ":" in host else host
        _run(server, on_ready and partial(on_ready, f"http://{shown}:{bound_port}"))


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, OverflowError) as error:
        raise ConfigurationError(f"There is no address {host}:{port}.") from error
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(socket.SOMAXCONN)
    except OSError as error:
        listener.close()
        raise ConfigurationError(
            f"Cannot listen on {host}:{port}: {(error.strerror or str(error)).lower()}.",
            hint="Choose another port with -P, or -P 0 for any free one.",
        ) from error
    return listener


def _run(server: BaseWSGIServer, on_ready: Callable[[], None] | None) -> None:
    """Serve in another thread, so that this one can stop it when a signal arrives."""
    stop = threading.Event()

    def stopped(number: int, frame: FrameType | None) -> None:
        stop.set()

    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {number: signal.signal(number, stopped) for number in STOPPING}
    worker = threading.Thread(target=server.serve_forever, daemon=True)
    worker.start()
    try:
        if on_ready is not None:
            on_ready()
        stop.wait()
    finally:
        server.shutdown()
        worker.join()
        server.server_close()
        for number, handler in before.items():
            signal.signal(number, handler)
