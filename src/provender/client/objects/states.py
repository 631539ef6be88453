"""States of processes: now, as a summary, as a history, and at the end. Floor: client."""

from __future__ import annotations

from provender.client.objects import following
from provender.client.objects.process import Process
from provender.client.objects.resources import Below
from provender.client.queries.identifiers import Identifier
from provender.client.rows.processrecords import ProcessEvent, ProcessStatus, ProcessSummary
from provender.client.rows.results import Rows


class States(Below[Process]):
    """How processes are, and how they came to be so."""

    def status(self, identifier: Identifier) -> ProcessStatus:
        """Return the state of a process now."""
        return ProcessStatus(self._told(identifier, "status"))

    def done(self, identifier: Identifier) -> bool:
        """Return whether a process has ended: it is finished, excepted or killed."""
        return not self.status(identifier).is_running

    def wait(self, identifier: Identifier, timeout: float | None = None) -> ProcessStatus:
        """Return the state of a process when it has ended; the server says when that is.

        Raises:
            StillRunning: it has not, after `timeout` seconds.
        """
        path = self._path_of(identifier, "status")
        return following.ended(self._connection, path, timeout)

    def summary(
        self, identifier: Identifier, *, tree: bool = False, depth: int | None = None
    ) -> ProcessSummary:
        """Return all about a process: state, inputs, outputs and times; with `tree` what it called.

        `depth` is the number of levels of the tree; by default all.
        """
        given = {"tree": tree or None, "depth": depth}
        return ProcessSummary(self._told(identifier, "summary", given))

    def tree(self, identifier: Identifier, depth: int | None = None) -> ProcessSummary:
        """Return the summary of a process with all that it called, and what that called."""
        return self.summary(identifier, tree=True, depth=depth)

    def history(self, identifier: Identifier) -> Rows:
        """Return the events in the life of a process, in the order of time."""
        return Rows(ProcessEvent(row) for row in self._told(identifier, "history"))
