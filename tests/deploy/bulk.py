"""What tests of long streams share: the connections of a server of many nodes."""

from __future__ import annotations

import time
from contextlib import closing

from support import many, postgres
from support.waiting import wait_until

LEFT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"


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
