"""What `provender report` does: the log of a process and of what it called. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from provender.cli.desk.opening import Desk, naming, opened, read_identifier, tell
from provender.cli.desk.paper import Paper, paper, print_json
from provender.cli.desk.wording import safe_line
from provender.cli.options import Options
from provender.query.querystring.advice import Note
from provender.schema.processes import LEVELS
from provender.translators.processes.logs import (
    MORE_ROWS,
    LogFilter,
    LogRequest,
    LogRow,
    LogsOf,
    ProcessLog,
)
from provender.web.routes import views

STYLES = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "bold red", "DEBUG": "dim"}


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments and options of the command."""

    uuid: str
    level: str | None
    last: int | None
    own: bool
    as_json: bool


def run(options: Options, store: str | None, repository: Path | None, asked: Asked) -> None:
    """Print the log of a process."""
    identifier = read_identifier(views.PROCESSES, asked.uuid)
    with (
        opened(options, store, repository) as desk,
        naming(desk.store, views.PROCESSES, identifier),
    ):
        pages = _pages(desk, identifier, asked)
        if asked.as_json:
            print_json({"logs": [row.record() for page in pages for row in page.rows]})
            return
        sheet, number = paper(), 0
        for page in pages:
            for row in page.rows:
                _print(sheet, row)
            number += len(page.rows)
        if not number:
            sheet.aside("The log has no row like that." if asked.level else "The log is empty.")


def _pages(desk: Desk, identifier: str | int, asked: Asked) -> Iterator[ProcessLog]:
    """Yield the rows, as many at a time as one question may ask for."""
    levels = None if asked.level is None else LEVELS[LEVELS.index(asked.level.upper()) :]
    start = None if asked.last is None else -asked.last
    told: set[Note] = set()
    while True:
        request = LogRequest(start, None, LogFilter(levels), is_recursive=not asked.own)
        page = desk.ask(LogsOf(views.PROCESSES, identifier, request, desk.limits))
        notes = [note for note in page.notes if note.code != MORE_ROWS and note not in told]
        tell(notes)
        told.update(notes)
        yield page
        first = slice(start, None).indices(page.total)[0]
        start = first + len(page.rows)
        if not page.rows or start >= page.total:
            return


def _print(sheet: Paper, row: LogRow) -> None:
    for line in row.text().split("\n"):
        sheet.line(safe_line(line), STYLES.get(row.level or "", ""))
