"""The listening socket, and the server behind it. Floor: web."""

from __future__ import annotations

import select
import socket
import time
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.adjustments import Adjustments

from provender.errors import ConfigurationError
from provender.settings import Limits
from provender.store.places import most_expensive
from provender.web.fairness import be_fair
from provender.web.serving.connections import Connections
from provender.web.serving.descriptors import most_connections
from provender.web.serving.polling import HAS_EPOLL, Polling
from provender.web.serving.spool import Spool
from provender.web.serving.threads import Threads
from provender.web.serving.turns import Turns

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# Age from which on a connection that asks for nothing is ended when the server stops.
IDLE_SECONDS = 1.0
# Requests answered at a time; slow clients and idle connections take none of them.
THREADS = 8
# Seconds for which a connection is kept that asks for nothing.
KEPT_SECONDS = 120.0
# Bytes of a body kept in memory; more go to a temporary file, at most `limits.body_bytes`.
BODY_IN_MEMORY = 1 << 16


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        ConfigurationError: the port is taken, or the address is not of this machine.
    """
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


class Server:
    """Waitress: connections stay open between requests, unlike with the server of werkzeug.

    All that touches connections is done in the thread of its loop. Requests that run when it is
    stopped have `drain_seconds` to be answered.
    """

    def __init__(
        self,
        app: WSGIApplication,
        listener: socket.socket,
        limits: Limits,
        drain_seconds: float,
        *,
        has_epoll: bool = HAS_EPOLL,
    ) -> None:
        self.drain_seconds = drain_seconds
        self.port = int(listener.getsockname()[1])
        self._threads = Threads(_threads(limits))
        self._server: Any = Connections(
            Turns(app),
            {},
            True,
            listener,
            dispatcher=self._threads,
            adj=_adjustments(listener, limits),
            bind_socket=False,
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            spool=Spool(limits.spool_bytes),
            client_seconds=limits.client_seconds,
            idle_seconds=max(KEPT_SECONDS, limits.client_seconds),
            polling=Polling() if has_epoll else None,
        )

    def run(self) -> None:
        """Serve until `close`."""
        be_fair()
        self._server.run()

    def refuse(self) -> None:
        """Take no more connections."""
        self._server.pull_trigger(lambda: wasyncore.dispatcher.close(self._server))

    def hang_up(self) -> None:
        """End idle connections between requests; a new one may be about to send a request."""
        self._server.pull_trigger(self._hang_up)

    def _hang_up(self) -> None:
        before = time.monotonic() - IDLE_SECONDS
        for channel in tuple(self._server.active_channels.values()):
            is_idle = not channel.requests and not channel.total_outbufs_len
            if is_idle and channel.creation_time < before:
                channel.will_close = True
                channel.renew()

    def is_busy(self) -> bool:
        """Return whether a request waits or is answered, or an answer is not yet sent."""
        channels = tuple(self._server.active_channels.values())
        return any(channel.requests or channel.total_outbufs_len for channel in channels)

    def close(self) -> None:
        """End all connections."""
        self._server.pull_trigger(self._server.end)
        self._threads.shutdown()


def _threads(limits: Limits) -> int:
    """Return the number of threads: some are left when others run and wait for long."""
    return THREADS + most_expensive(limits) + limits.expensive_waiting + limits.waits


def _adjustments(listener: socket.socket, limits: Limits) -> Any:  # noqa: ANN401 - waitress'
    """Return the settings of waitress."""
    return Adjustments(
        sockets=[listener],
        threads=_threads(limits),
        ident="Provender",
        connection_limit=most_connections(),
        max_request_body_size=limits.body_bytes + 1,  # the first size that is refused
        inbuf_overflow=BODY_IN_MEMORY,
        cleanup_interval=1,
        clear_untrusted_proxy_headers=False,  # the setting `proxy` says who is believed
        asyncore_use_poll=hasattr(select, "poll"),
    )
