"""What `provender traceback` does: why a process failed. Floor: cli."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provender.cli.desk.naming import naming
from provender.cli.desk.paper import Branch, Cell, Paper, cell, paper, print_json
from provender.cli.desk.wording import safe_line, short, state_cell
from provender.cli.options import Options
from provender.cli.sources.opening import opened
from provender.cli.sources.processes import read_identifier
from provender.cli.sources.records import tell
from provender.logs import printable
from provender.translators.processes import reasons
from provender.web.routes import views

# Where the lines stand, by the kind of the place.
PLACES = {
    reasons.LOG: "from the log",
    reasons.EXCEPTION: "the attribute `exception`",
    reasons.STATUS: "the attribute `process_status`",
    reasons.STDERR: "the end of the scheduler's stderr",
    reasons.OUTPUT: "the end of the output file",
    reasons.REPORT: "the end of the report",
    reasons.MESSAGE: "the message of the exit status",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments and options of the command."""

    uuid: str
    as_json: bool


def run(options: Options, store: str | None, repository: Path | None, asked: Asked) -> None:
    """Print why a process failed."""
    identifier = read_identifier(views.PROCESSES, asked.uuid)
    with opened(options, store, repository) as source, naming(source, identifier):
        found = source.processes.traceback(identifier)
        tell(found.notes)
        if asked.as_json:
            print_json({"traceback": found.record})
        else:
            _print(paper(), found.record)


def _print(sheet: Paper, record: Mapping[str, Any]) -> None:
    origin = record["origin"]
    facts = [("state", state_cell({**record, "process_state": record["state"]}))]
    facts += [("message", cell(record["exit_message"]))] if record["exit_message"] else []
    sheet.facts(facts)
    if origin is None:
        sheet.line("It did not fail.")
        return
    if record["called"]:
        sheet.title("because of what it called")
        sheet.outline([_called(record["called"], 0)])
    sheet.title(_place(origin))
    for line in record["lines"]:
        sheet.line(safe_line(line))


def _called(called: list[Mapping[str, Any]], place: int) -> Branch:
    """Return the first failed process, with the first failed one that it called below it, ..."""
    one = called[place]
    words = (
        Cell(short(one["uuid"]), "dim"),
        cell(one["process_label"]),
        state_cell(one),
        cell(one["exit_message"]),
    )
    below = [_called(called, place + 1)] if place + 1 < len(called) else []
    return Branch(words, below)


def _place(origin: Mapping[str, Any]) -> str:
    """Return where the lines stand, as a title."""
    place = PLACES.get(origin["source"])
    if place is None:
        return "No reason is stored."
    file = f", {printable(origin['filename'])}" if origin["filename"] else ""
    return f"{short(origin['process'])}: {place}{file}"
