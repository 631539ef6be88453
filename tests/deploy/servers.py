"""The web servers that run Provender, each with a configuration, by one way to start it."""

from __future__ import annotations

import signal
from contextlib import contextmanager

from deploy import processes
from support.command import Server
from support.server import serving


@contextmanager
def by_waitress(environment, make_app):
    server = Server(environment=environment)
    try:
        yield server.root
    finally:
        for _ in range(2):
            server.process.send_signal(signal.SIGINT)
        server.ended()


@contextmanager
def by_gunicorn(environment, make_app):
    with processes.gunicorn("provender:create_app()", "-w", "1", environment=environment) as found:
        yield found[0]


@contextmanager
def by_werkzeug(environment, make_app):
    with serving(make_app(config=environment["PROVENDER_CONFIG"])) as root:
        yield root


SERVERS = [by_waitress, by_gunicorn, by_werkzeug]
