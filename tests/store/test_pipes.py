from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import closing
from urllib.parse import quote

import pytest

from provender.store.regular import NotRegularError
from provender.store.sqlite.files import SqliteFile
from provender.store.sqlite.pipes import not_waiting_for_pipes
from support.waiting import wait_until


def ends(function):
    """Call a function in a thread; return whether it ended, and what it raised."""
    raised = []

    def call():
        try:
            function()
        except OSError as error:
            raised.append(error)

    worker = threading.Thread(target=call, daemon=True)
    worker.start()
    worker.join(20)
    return not worker.is_alive(), raised


def test_sqlite_does_not_wait_for_a_pipe(tmp_path):
    pipe = tmp_path / "odd name %.sqlite"
    os.mkfifo(pipe)

    def connect():
        uri = f"file:{quote(str(pipe))}?mode=ro"
        with not_waiting_for_pipes(pipe), closing(sqlite3.connect(uri, uri=True)) as connection:
            connection.execute("PRAGMA schema_version")

    def wait():
        with not_waiting_for_pipes(pipe), open(pipe, "rb") as file:  # noqa: PTH123 - as SQLite does
            raise OSError(file.read())

    before = len(os.listdir("/dev/fd"))  # noqa: PTH208 - only counted
    for function in (connect, wait):
        has_ended, raised = ends(function)
        assert has_ended
        assert [type(error) for error in raised] == [NotRegularError]
    wait_until(lambda: len(os.listdir("/dev/fd")) <= before)  # noqa: PTH208 - only counted


def test_other_errors_stay_what_they_are(tmp_path):
    with pytest.raises(sqlite3.OperationalError), not_waiting_for_pipes(tmp_path / "none"):
        raise sqlite3.OperationalError


def test_a_database_that_becomes_a_pipe_while_it_is_opened_keeps_nobody(tmp_path):
    """The pipe comes between the look at the file and its opening, sooner or later."""
    path, kept = tmp_path / "x.sqlite", tmp_path / "kept.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (x)")
    until, seen = time.monotonic() + 3, set()

    def read():
        while time.monotonic() < until:
            try:
                SqliteFile(path).connect().close()
                seen.add(None)
            except (OSError, sqlite3.Error) as error:
                seen.add(type(error))

    readers = [threading.Thread(target=read, daemon=True) for _ in range(3)]
    for reader in readers:
        reader.start()
    while time.monotonic() < until:
        path.rename(kept)
        os.mkfifo(path)
        time.sleep(0.2)
        kept.replace(path)
        time.sleep(0.005)
    for reader in readers:
        reader.join(20)
        assert not reader.is_alive()
    assert {None, NotRegularError} <= seen
