"""Logs of processes, and why they failed. Floor: client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, overload

from provender.client.objects import following
from provender.client.objects.process import Process
from provender.client.objects.resources import Below
from provender.client.queries.identifiers import Identifier
from provender.client.queries.options import LogOptions
from provender.client.queries.signatures import takes
from provender.client.rows.processrecords import LogRow, Traceback
from provender.client.rows.results import Record, Rows, found

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Logs(Below[Process]):
    """What processes and schedulers wrote."""

    @overload
    def logs(
        self,
        identifier: Identifier,
        *,
        follow: Literal[False] = False,
        every: float = ...,
        **options: Unpack[LogOptions],
    ) -> Rows: ...

    @overload
    def logs(
        self,
        identifier: Identifier,
        *,
        follow: Literal[True],
        every: float = ...,
        **options: Unpack[LogOptions],
    ) -> Iterator[LogRow]: ...

    @takes(LogOptions)
    def logs(
        self,
        identifier: Identifier,
        *,
        follow: bool = False,
        every: float = following.EVERY_SECONDS,
        **options: Unpack[LogOptions],
    ) -> Rows | Iterator[LogRow]:
        """Return the rows of the log in the order of time.

        With `follow` rows are yielded as they come, until the process has ended: every so many
        seconds the server is asked for new ones. There are no slices then.

        Raises:
            BadQuery: a slice of a log that is followed.
        """
        path = self._path_of(identifier, "logs")
        if follow:
            status = self._path_of(identifier, "status")
            return following.new_rows(self._connection, path, status, {**options}, every)
        return Rows(following.all_rows(self._connection, path, {**options}))

    def lines(
        self,
        identifier: Identifier,
        stream: Literal["stdout", "stderr"] = "stdout",
        start: int | None = None,
        stop: int | None = None,
    ) -> list[str]:
        """Return lines of what the scheduler wrote for a job, from `start` to before `stop`.

        Negative numbers count from the end. The server gives 10,000 lines at most.
        """
        given = {"stream": stream, "start": start, "stop": stop}
        found: list[str] = self._told(identifier, "logs", given)
        return found

    @takes(LogOptions)
    def log_size(self, identifier: Identifier, **options: Unpack[LogOptions]) -> Record:
        """Return how many rows and lines the log has, in total and of each level."""
        record: Record = found(self._told(identifier, "logs/size", options))
        return record

    def report(self, identifier: Identifier) -> Rows:
        """Return what a process logged, in the order of ids: as AiiDA's own server tells it."""
        path = f"processes/{self._named(identifier)}/report"
        return Rows(LogRow(row) for row in self._connection.get(path).rows)

    def traceback(self, identifier: Identifier) -> Traceback:
        """Return why a process failed: the lines that tell it, and the process where it began."""
        return Traceback(self._told(identifier, "traceback"))
