"""The development server, and `run_api` for programs that start it. Floor: web."""

from __future__ import annotations

import logging
import re
import select
import signal
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

import waitress
from flask import Flask
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser

from provender import logs
from provender.errors import ConfigurationError
from provender.web.api import Api
from provender.web.app import App, configure_api
from provender.web.middleware.trace import Lifecycle

LOGGER = logging.getLogger(__name__)

HOST, PORT = "127.0.0.1", 5000
NOT_ASCII = re.compile(rb"[\x80-\xff]")
STOPPING = (signal.SIGINT, signal.SIGTERM)
# Seconds that running requests may take after the server was asked to stop.
DRAIN_SECONDS = 10.0
# Seconds without a request until the server counts as idle: one may be on its way to a thread.
SETTLED_SECONDS = 0.2
TICK = 0.05
POLL_SECONDS = 0.2
# Age from which on a connection that asks for nothing is ended when the server stops.
IDLE_SECONDS = 1.0
# Requests answered at a time; slow clients and idle connections take none of them.
THREADS = 8
# Bytes buffered for a slow client before its thread waits; four times as many go to a file.
MOST_UNSENT_BYTES = 1_000_000
# Largest body that waitress accepts; the setting `limits.body_bytes` is far below.
MOST_BODY_BYTES = 16_000_000


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
    server = _Server(app, _listen(host, port), drain_seconds)
    shown = f"[{host}]" if ":" in host else host
    ready = on_ready and partial(on_ready, f"http://{shown}:{server.port}")
    _run(server, app.extensions["provender"].lifecycle, ready)


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


class _Parser(HTTPRequestParser):
    """Reads requests whose URL holds raw UTF-8, as curl sends it: waitress takes ASCII only."""

    def parse_header(self, header_plus: bytes) -> None:
        """Read the request line and the headers."""
        line, end, headers = header_plus.partition(b"\r\n")
        escaped = NOT_ASCII.sub(lambda found: b"%%%02X" % found[0][0], line)
        super().parse_header(escaped + end + headers)


class _Channel(HTTPChannel):
    """A connection whose requests `_Parser` reads."""

    parser_class = _Parser


class _Server:
    """Waitress: connections stay open between requests, unlike with the server of werkzeug.

    All that touches connections is done in the thread of its loop. Requests that run when it is
    stopped have `drain_seconds` to be answered.
    """

    def __init__(self, app: Flask, listener: socket.socket, drain_seconds: float) -> None:
        self.drain_seconds = drain_seconds
        self.port = int(listener.getsockname()[1])
        self._channels: dict[int, Any] = {}
        self._server: Any = waitress.create_server(
            app,
            map=self._channels,
            sockets=[listener],
            threads=THREADS,
            ident="Provender",
            max_request_body_size=MOST_BODY_BYTES,
            outbuf_high_watermark=MOST_UNSENT_BYTES,
            outbuf_overflow=4 * MOST_UNSENT_BYTES,
            clear_untrusted_proxy_headers=False,  # the setting `proxy` says who is believed
            asyncore_use_poll=hasattr(select, "poll"),
        )
        self._server.channel_class = _Channel

    def run(self) -> None:
        """Serve until `close`."""
        self._server.run()

    def refuse(self) -> None:
        """Take no more connections."""
        self._server.trigger.pull_trigger(lambda: wasyncore.dispatcher.close(self._server))

    def hang_up(self) -> None:
        """End idle connections between requests; a new one may be about to send a request."""
        self._server.trigger.pull_trigger(self._hang_up)

    def _hang_up(self) -> None:
        before = time.time() - IDLE_SECONDS
        for channel in tuple(self._server.active_channels.values()):
            is_idle = not channel.requests and not channel.total_outbufs_len
            if is_idle and channel.creation_time < before:
                channel.will_close = True

    def is_busy(self) -> bool:
        """Return whether a request waits or is answered, or an answer is not yet sent."""
        channels = tuple(self._server.active_channels.values())
        return any(channel.requests or channel.total_outbufs_len for channel in channels)

    def close(self) -> None:
        """End all connections."""
        self._server.trigger.pull_trigger(lambda: wasyncore.close_all(self._channels))
        self._server.task_dispatcher.shutdown(timeout=0)


class Stop:
    """Signals received: the first means stop, the second means stop at once."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.is_urgent = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Take note of a signal."""
        self.is_urgent = self.asked.is_set()
        self.asked.set()


def _run(server: _Server, lifecycle: Lifecycle, on_ready: Callable[[], None] | None) -> None:
    """Serve in another thread, so that this one can stop it when a signal arrives."""
    stop = Stop()
    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {number: signal.signal(number, stop) for number in STOPPING}
    worker = threading.Thread(target=server.run, daemon=True)
    worker.start()
    try:
        if on_ready is not None:
            on_ready()
        while not stop.asked.wait(POLL_SECONDS):
            pass  # another thread may have got the signal: its handler runs when this one wakes
        lifecycle.is_draining = True
        server.refuse()
        _drain(server, lifecycle, stop)
    finally:
        server.close()
        worker.join()
        for number, handler in before.items():
            signal.signal(number, handler)


def _drain(server: _Server, lifecycle: Lifecycle, stop: Stop) -> None:
    """Wait for the requests that run."""
    begun = busy = time.monotonic()
    is_told = False
    while not stop.is_urgent and time.monotonic() < begun + server.drain_seconds:
        server.hang_up()
        if lifecycle.running and not is_told and time.monotonic() >= begun + SETTLED_SECONDS:
            text = "stopping: up to %g s for running requests (%d); Ctrl-C ends them at once"
            LOGGER.info(text, server.drain_seconds, len(lifecycle.running))
            is_told = True
        if lifecycle.running or server.is_busy():
            busy = time.monotonic()
        elif time.monotonic() >= busy + SETTLED_SECONDS:
            return
        time.sleep(TICK)
    if lifecycle.running:
        LOGGER.warning("stopped: %d requests were not finished", len(lifecycle.running))
