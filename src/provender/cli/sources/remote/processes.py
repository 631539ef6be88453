"""What a server answers about processes. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone

from provender.cli.sources.asked import LogsAsked, ProcessesAsked
from provender.cli.sources.processes import request_of
from provender.cli.sources.remote.checking import EXPOSED
from provender.cli.sources.remote.server import Server
from provender.cli.sources.source import Found, Page
from provender.translators.processes.listing import ProcessList
from provender.translators.processes.logs import MORE_ROWS


@dataclass(frozen=True, slots=True)
class RemoteProcesses:
    """Asks the routes of processes."""

    server: Server

    def listed(self, asked: ProcessesAsked) -> Page:
        """Return a list of processes, the newest first; wrong options are errors."""
        ProcessList(request_of(asked), EXPOSED, str, datetime.now(timezone.utc))  # checks names
        path = "calcjobs" if asked.jobs else "processes"
        found = self.server.get(path, list(_query(asked)))
        return Page(found.shown[path], found.total or 0, found.notes)

    def alike(self, beginning: str, most: int) -> Page:
        """Return some processes whose uuids begin alike."""
        found = self.server.get("processes", [f'uuid=like="{beginning}%"', f"limit={most}"])
        return Page(found.shown["processes"], found.total or 0)

    def summary(self, identifier: str | int, depth: int) -> Found:
        """Return all about a process, with so many levels of what it called."""
        query = ["tree=true", f"depth={depth}"]
        found = self.server.get(f"processes/{identifier}/summary", query)
        return Found(found.shown["summary"], found.notes)

    def log(self, identifier: str | int, asked: LogsAsked, start: int | None) -> Page:
        """Return rows of a log from one on, as many as one question may ask for."""
        query = [] if asked.own else ["recursive=true"]
        query += [] if asked.level is None else [f"level={asked.level}"]
        query += [] if start is None else [f"start={start}"]
        found = self.server.get(f"processes/{identifier}/logs", query)
        notes = tuple(note for note in found.notes if note.code != MORE_ROWS)
        return Page(found.shown["logs"], found.total or 0, notes)

    def traceback(self, identifier: str | int) -> Found:
        """Return why a process failed."""
        found = self.server.get(f"processes/{identifier}/traceback")
        return Found(found.shown["traceback"], found.notes)


def _query(asked: ProcessesAsked) -> Iterator[str]:
    """Yield the keys of the list that the options ask for."""
    yield asked.where or ""
    yield "include=summary"
    yield "orderby=-ctime"
    yield f"limit={asked.limit}"
    switches = {"failed": asked.failed, "running": asked.running, "root": asked.root}
    for name, is_on in switches.items():
        if is_on:
            yield f"{name}=true"
    if asked.states:
        yield f"state=in={','.join(state.lower() for state in asked.states)}"
    if asked.past is not None:
        yield f"past={asked.past}"
    if asked.exit_status is not None:
        yield f"exit_status={asked.exit_status}"
    if asked.paused:
        yield "attributes.paused=true"
