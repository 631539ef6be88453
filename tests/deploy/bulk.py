"""What tests of long streams share: servers of a store of many nodes, and their connections."""

from __future__ import annotations

import signal
import time
from contextlib import closing, contextmanager

from deploy import processes
from support import many, postgres
from support.command import Server
from support.server import serving
from support.waiting import wait_until

LEFT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"


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


def frees(url):
    """Return how many seconds it takes until no connection does anything."""
    begun = time.monotonic()
    wait_until(lambda: many.busy(url) == 0)
    return time.monotonic() - begun


def terminate(url):
    """End the connections of a server, as a database does that goes down."""
    with closing(postgres.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(LEFT, (many.NAME,))
        return cursor.rowcount
