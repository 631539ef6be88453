"""A process that can be asked for more. Floor: client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, overload

from provender.client.objects import following
from provender.client.rows.processrecords import (
    LogRow,
    ProcessRow,
    ProcessStatus,
    ProcessSummary,
    Traceback,
)
from provender.client.rows.results import Rows

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from provender.client.objects.processes import Processes
    from provender.client.queries.options import FileOptions, LogOptions
    from provender.client.rows.meter import Advance
    from provender.client.transfers.downloads import Download
    from provender.client.transfers.saving import Place


class Process(ProcessRow):
    """A process, as it was when it was read; its methods ask the server for what is now.

    A column of the same name as a method is read with brackets: `process["files"]`.
    """

    __slots__ = ("_processes",)

    def __init__(self, raw: Mapping[str, Any], processes: Processes) -> None:
        super().__init__(raw)
        self._processes = processes

    def __reduce__(self) -> tuple[type[ProcessRow], tuple[Mapping[str, Any]]]:
        """Copy what was read, without the connection to the server."""
        return ProcessRow, (self.raw,)

    def status(self) -> ProcessStatus:
        """Return the state now."""
        return self._processes.status(self)

    def done(self) -> bool:
        """Return whether it has ended: it is finished, excepted or killed."""
        return self._processes.done(self)

    def wait(self, timeout: float | None = None) -> ProcessStatus:
        """Return the state when it has ended; `StillRunning` after `timeout` seconds."""
        return self._processes.wait(self, timeout)

    def summary(self, *, tree: bool = False, depth: int | None = None) -> ProcessSummary:
        """Return state, inputs, outputs and times; with `tree` what it called."""
        return self._processes.summary(self, tree=tree, depth=depth)

    def tree(self, depth: int | None = None) -> ProcessSummary:
        """Return the summary with all that it called, and what that called."""
        return self._processes.tree(self, depth)

    def history(self) -> Rows:
        """Return the events in its life, in the order of time."""
        return self._processes.history(self)

    @overload
    def logs(
        self, *, follow: Literal[False] = False, every: float = ..., **options: Unpack[LogOptions]
    ) -> Rows: ...

    @overload
    def logs(
        self, *, follow: Literal[True], every: float = ..., **options: Unpack[LogOptions]
    ) -> Iterator[LogRow]: ...

    def logs(
        self,
        *,
        follow: bool = False,
        every: float = following.EVERY_SECONDS,
        **options: Unpack[LogOptions],
    ) -> Rows | Iterator[LogRow]:
        """Return the rows of its log; with `follow` as they come: see `client.processes.logs`."""
        if follow:
            return self._processes.logs(self, follow=True, every=every, **options)
        return self._processes.logs(self, **options)

    def report(self) -> Rows:
        """Return what it logged, in the order of ids."""
        return self._processes.report(self)

    def traceback(self) -> Traceback:
        """Return why it failed."""
        return self._processes.traceback(self)

    def inputs(self) -> Rows:
        """Return what it was given: labels, nodes and formats."""
        return self._processes.inputs(self)

    def outputs(self) -> Rows:
        """Return what it gave: labels, nodes and formats."""
        return self._processes.outputs(self)

    def result(self, label: str, format: str = "json") -> Any:  # noqa: A002, ANN401 - as the server names it; any value
        """Return one result in a format: see `client.processes.result`."""
        return self._processes.result(self, label, format)

    def files(self, **options: Unpack[FileOptions]) -> Rows:
        """Return the files that it sent and brought back, each with the node that holds it."""
        return self._processes.files(self, **options)

    def archive(self, dest: Place = ".", *, progress: bool | Advance = False) -> Download:
        """Write it with all that it called into a zip, in folders for people."""
        return self._processes.archive(self, dest, progress=progress)
