"""What `provender ps` does: the list of processes, the newest first. Floor: cli."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from provender.cli.desk.paper import Cell, Head, Paper, cell, paper, print_json
from provender.cli.desk.wording import short, state_cell, time_text
from provender.cli.options import Options
from provender.cli.sources.asked import ProcessesAsked
from provender.cli.sources.opening import opened
from provender.cli.sources.processes import request_of
from provender.cli.sources.records import tell
from provender.cli.sources.source import Page, Record

# Characters of a time without its seconds.
MINUTES = 16
HEADS = (
    Head("uuid"),
    Head("created (UTC)"),
    Head("process", may_shrink=True),
    Head("state"),
    Head("message", may_shrink=True),
    Head("user", may_shrink=True, may_go=True),
    Head("computer", may_shrink=True, may_go=True),
    Head("caller", may_go=True),
)


@dataclass(frozen=True, slots=True)
class Asked(ProcessesAsked):
    """The options of the command."""

    as_json: bool = False


def run(options: Options, store: str | None, repository: Path | None, asked: Asked) -> None:
    """Print a list of processes."""
    request_of(asked)  # what is wrong is told before a store is opened
    with opened(options, store, repository) as source:
        found = source.processes.listed(asked)
        tell(found.notes)
        if asked.as_json:
            print_json({"processes": found.records, "total": found.total})
            return
        _print(paper(), found)


def _print(sheet: Paper, found: Page) -> None:
    if not found.records:
        sheet.aside("No process is like that.")
        return
    sheet.columns(HEADS, [_row(record) for record in found.records])
    shown, total = len(found.records), found.total
    more = "; --limit shows more" if shown < total else ""
    sheet.aside(f"{shown:,} of {total:,}{more}")


def _row(record: Record) -> tuple[Cell, ...]:
    user, computer = record["user"] or {}, record["computer"] or {}
    return (
        Cell(short(record["uuid"])),
        Cell(time_text(record["ctime"])[:MINUTES]),
        cell(record["process_label"] or record["label"]),
        state_cell(record),
        cell(record["exit_message"]),
        cell(user.get("name")),
        cell(computer.get("label")),
        Cell(short(record["parent"]), "dim"),
    )
