"""What was written to a store, as it is written. Floor: client."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from provender.client.queries.conditions import Where
from provender.client.queries.questions import question
from provender.client.rows.records import Change
from provender.client.transport.connection import Connection

ROUTE = "nodes/changes"
# How often `client.watch` asks.
WATCH_SECONDS = 10.0


class Changes:
    """The nodes of a selection that were written since a cursor, as a loop.

    The loop goes on where an earlier one of the same object ended, or broke off.

    Attributes:
        cursor: Where the next loop begins: text for `since=`. It is moved behind a change when
            all changes of its page have been looped over.
    """

    def __init__(
        self,
        connection: Connection,
        where: Where,
        options: Mapping[str, Any],
        since: str | None,
        *,
        every: float | None = None,
    ) -> None:
        self._connection, self._where, self._options = connection, where, dict(options)
        self._every = every
        self.cursor = since

    def __iter__(self) -> Iterator[Change]:
        """Yield changes until nothing more is told; with `every` for ever."""
        while True:
            given = {**self._options, "since": self.cursor}
            answer = question(ROUTE, self._where, given).answer(self._connection)
            for row in answer.rows:
                yield Change(row)
            self.cursor = answer.next
            if answer.document.get("has_more"):
                continue
            if self._every is None:
                return
            time.sleep(self._every)

    def __repr__(self) -> str:
        return f"<changes since {self.cursor}: loop over them>"
