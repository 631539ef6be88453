"""What `provender status` does: one process, its times, its links, what it called. Floor: cli."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provender.cli.desk.naming import naming
from provender.cli.desk.paper import Branch, Cell, Head, Paper, cell, paper, print_json
from provender.cli.desk.wording import fact_text, short, state_cell, time_text
from provender.cli.options import Options
from provender.cli.sources.opening import opened
from provender.cli.sources.processes import read_identifier
from provender.cli.sources.records import tell
from provender.cli.sources.source import Record
from provender.translators.processes.called import DEEPEST
from provender.web.routes import views

HEADS = (Head("label", may_shrink=True), Head("uuid"), Head("type"), Head("link", may_go=True))
# Links of a process that are printed; `--json` has them all.
MOST_LINKS = 30
# How the times of a process are called.
TIMES = {
    "submitted": "submitted",
    "started": "started",
    "ended": "ended",
    "last_seen": "last seen",
    "wall_seconds": "wall time",
    "cpu_seconds": "CPU time",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments and options of the command."""

    uuid: str
    depth: int | None
    as_json: bool


def run(options: Options, store: str | None, repository: Path | None, asked: Asked) -> None:
    """Print a process."""
    identifier = read_identifier(views.PROCESSES, asked.uuid)
    with opened(options, store, repository) as source, naming(source, identifier):
        depth = min(asked.depth or DEEPEST, DEEPEST)
        found = source.processes.summary(identifier, depth)
        tell(found.notes)
        if asked.as_json:
            print_json({"summary": found.record})
        else:
            _print(paper(), found.record)


def _print(sheet: Paper, record: Record) -> None:
    sheet.facts(list(_facts(record).items()))
    for side in ("inputs", "outputs"):
        _links(sheet, side, record[side])
    if record["called"]:
        sheet.title(f"called ({record['called_total']:,})")
        sheet.outline(_branches(record["called"]))


def _facts(record: Mapping[str, Any]) -> dict[str, Cell]:
    """Return what is known of a process, without what is not."""
    user, computer = record["user"] or {}, record["computer"] or {}
    values: dict[str, object] = {
        "process": record["process_label"],
        "uuid": record["uuid"],
        "label": record["label"],
        "description": record["description"],
        "type": _class(record["node_type"]),
        "plugin": record["process_type"],
        "state": None,
        "message": record["exit_message"],
        "user": user.get("name"),
        "computer": computer.get("label"),
        "caller": record["parent"],
        "created": f"{time_text(record['ctime'])} UTC" if record["ctime"] else None,
    }
    values |= {
        name: fact_text(fact)
        for key, name in TIMES.items()
        if (fact := record["times"][key]) is not None
    }
    facts = {name: cell(value) for name, value in values.items() if value}
    order = [name for name in values if name in facts or name == "state"]
    return {name: facts.get(name) or state_cell(record) for name in order}


def _links(sheet: Paper, side: str, links: Sequence[Mapping[str, Any]]) -> None:
    if not links:
        return
    sheet.title(f"{side} ({len(links):,})")
    shown = links[:MOST_LINKS]
    sheet.columns(
        HEADS,
        [
            (
                cell(link["label"]),
                Cell(short(link["uuid"])),
                cell(_class(link["node_type"])),
                cell(link["link_type"], "dim"),
            )
            for link in shown
        ],
    )
    if len(shown) < len(links):
        sheet.line(f"and {len(links) - len(shown):,} more: --json has all")


def _branches(called: Sequence[Mapping[str, Any]] | None) -> list[Branch]:
    """Return the tree of what was called; it is never deeper than `called.DEEPEST`."""
    return [Branch(_words(one), _branches(one["called"])) for one in called or ()]


def _words(one: Mapping[str, Any]) -> tuple[Cell, ...]:
    words = [
        Cell(short(one["uuid"]), "dim"),
        cell(one["process_label"] or one["label"]),
        state_cell(one),
    ]
    if one["wall_seconds"] is not None:
        words.append(cell(fact_text(one["wall_seconds"], has_source=False), "dim"))
    return tuple(words)


def _class(node_type: str | None) -> str | None:
    """Return the class of a node: `data.core.int.Int.` is `Int`."""
    return None if node_type is None else node_type.rstrip(".").rpartition(".")[2]
