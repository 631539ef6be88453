"""Waiting for processes to end, and reading logs that grow. Floor: client.

The server waits (`/processes/<id>/status?wait=`): it answers when something has changed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from provender.client.errors import BadQuery, Busy, StillRunning
from provender.client.queries.questions import query
from provender.client.rows.processrecords import LogRow, ProcessStatus
from provender.client.transport.connection import Connection
from provender.client.transport.retrying import CROWDED

# Longest wait that a server takes, in seconds.
LONGEST_SECONDS = 25.0
# How often a log that grows is asked for.
EVERY_SECONDS = 2.0
# What an answer notes whose log is longer.
MORE = ("more-rows", "more-lines")


def ended(connection: Connection, path: str, timeout: float | None) -> ProcessStatus:
    """Return the state of a process when it has ended; `path` is that of its state.

    Raises:
        StillRunning: it has not, after `timeout` seconds.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    while True:
        left = LONGEST_SECONDS if deadline is None else max(0.0, deadline - time.monotonic())
        status = changed(connection, path, left)
        if not status.is_running:
            return status
        if left == 0:
            raise StillRunning(
                f"The process is {status.process_state or 'not over'} after {timeout:g} seconds.",
                hint="Wait longer, or look at its report.",
            )


def changed(connection: Connection, path: str, seconds: float) -> ProcessStatus:
    """Return the state of a process when it changes, or after so many seconds at the latest."""
    longest = min(LONGEST_SECONDS, connection.manners.timeout / 2)
    wait = round(min(seconds, longest), 3)
    try:
        return _status(connection, path, [f"wait={wait}"] if wait else [])
    except Busy as error:
        if error.code != CROWDED:
            raise
    time.sleep(min(wait, EVERY_SECONDS))
    return _status(connection, path, [])


def _status(connection: Connection, path: str, query: list[str]) -> ProcessStatus:
    return ProcessStatus(connection.get(path, query).data["status"])


def all_rows(connection: Connection, path: str, options: Mapping[str, Any]) -> Iterator[LogRow]:
    """Yield the rows of a log, answer by answer if it is long; a slice is one answer."""
    given = dict(options)
    while True:
        answer = connection.get(path, query(given))
        yield from map(LogRow, answer.rows)
        is_more = any(note.get("code") in MORE for note in answer.notes)
        if not is_more or not answer.rows or options.keys() & {"start", "stop"}:
            return
        given["start"] = given.get("start", 0) + len(answer.rows)


def new_rows(
    connection: Connection, path: str, status_path: str, options: Mapping[str, Any], every: float
) -> Iterator[LogRow]:
    """Return the rows of a log as they come, until its process has ended.

    Raises:
        BadQuery: the options ask for a slice.
    """
    if options.keys() & {"start", "stop"}:
        raise BadQuery("A log that is followed has no slices.", hint="since=ID, or follow=False")
    return _new_rows(connection, path, status_path, dict(options), every)


def _new_rows(
    connection: Connection, path: str, status_path: str, options: dict[str, Any], every: float
) -> Iterator[LogRow]:
    is_running = changed(connection, status_path, 0).is_running
    while True:
        for row in all_rows(connection, path, options):
            options["since"] = max(row.id, options.get("since", 0))
            yield row
        if not is_running:
            return
        is_running = changed(connection, status_path, every).is_running
