"""What `provender report` does: the log of a process and of what it called. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from provender.cli.desk.naming import naming
from provender.cli.desk.paper import Paper, paper, print_json
from provender.cli.desk.wording import log_text, safe_line
from provender.cli.options import Options
from provender.cli.sources.asked import LogsAsked
from provender.cli.sources.opening import opened
from provender.cli.sources.processes import read_identifier
from provender.cli.sources.records import tell
from provender.cli.sources.source import Page, Record, Source
from provender.query.querystring.advice import Note
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
    with opened(options, store, repository) as source, naming(source, identifier):
        pages = _pages(source, identifier, asked)
        if asked.as_json:
            print_json({"logs": [row for page in pages for row in page.records]})
            return
        sheet, number = paper(), 0
        for page in pages:
            for row in page.records:
                _print(sheet, row)
            number += len(page.records)
        if not number:
            sheet.aside("The log has no row like that." if asked.level else "The log is empty.")


def _pages(source: Source, identifier: str | int, asked: Asked) -> Iterator[Page]:
    """Yield the rows, as many at a time as one question may ask for."""
    level = None if asked.level is None else asked.level.upper()
    start = None if asked.last is None else -asked.last
    told: set[Note] = set()
    while True:
        page = source.processes.log(identifier, LogsAsked(level, asked.own), start)
        notes = [note for note in page.notes if note not in told]
        tell(notes)
        told.update(notes)
        yield page
        first = slice(start, None).indices(page.total)[0]
        start = first + len(page.records)
        if not page.records or start >= page.total:
            return


def _print(sheet: Paper, row: Record) -> None:
    for line in log_text(row).split("\n"):
        sheet.line(safe_line(line), STYLES.get(row["levelname"] or "", ""))
