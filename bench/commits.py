"""Commits to a store while it is served: before a request, or once a second. Floor: bench."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

from bench import cluster
from bench.stores import Store

INTERVAL = 1.0
"""Seconds between two commits."""


def touch(store: Store) -> None:
    """Commit a change that changes no answer."""
    if store.kind == "postgresql":
        cluster.run(store.database, "UPDATE db_dbnode SET description = description WHERE id = 2")
        return
    with closing(sqlite3.connect(store.database)) as connection:
        # SQLite writes nothing where a row stays as it is; this changes the head of the file.
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.execute(f"PRAGMA user_version = {(version + 1) % 2**31}")
        connection.commit()


@contextmanager
def committing(*stores: Store) -> Iterator[None]:
    """Commit to each store once a second; an archive never changes."""
    written = [store for store in stores if store.kind != "archive"]

    def work() -> None:
        for store in written:
            touch(store)

    with _every_second(work):
        yield


@contextmanager
def committing_beside(store: Store) -> Iterator[None]:
    """Commit to another database of the cluster once a second."""
    url = cluster.with_database(store.database, "postgres")
    with _every_second(lambda: cluster.run(url, "SELECT pg_current_xact_id()")):
        yield


@contextmanager
def _every_second(work: Callable[[], object]) -> Iterator[None]:
    """Run work at once and then every second, in a thread; raises what that raises, at the end."""
    is_over = threading.Event()

    def repeat() -> None:
        work()
        while not is_over.wait(INTERVAL):
            work()

    with ThreadPoolExecutor(1) as executor:
        repeated = executor.submit(repeat)
        try:
            yield
        finally:
            is_over.set()
        repeated.result()
