"""What `provender facets` does: nodes counted by their values. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from provender.cli.desk.paper import Cell, Head, Paper, cell, paper
from provender.cli.options import Options
from provender.cli.selections.texts import print_csv, print_document, text_of
from provender.cli.sources.asked import FacetsAsked
from provender.cli.sources.opening import opened
from provender.errors import BadValue

Found = Mapping[str, Any]
# What CSV has of each bucket, and of the statistics of each key.
COLUMNS = ("facet", "kind", "value", "count", "selection")
NUMBERS = ("count", "missing", "other", "min", "max", "mean", "distinct")
# What is counted beside the values that are shown.
BESIDE = ("other", "missing")


@dataclass(frozen=True, slots=True)
class Asked(FacetsAsked):
    """The options of the command."""

    form: str | None = None


def run(options: Options, store: str | None, repository: Path | None, asked: Asked) -> None:
    """Print how many nodes have which values."""
    if asked.form == "csv" and asked.facet and asked.stats:
        raise BadValue("CSV is one table.", hint="Ask for facets or for statistics, not for both.")
    with opened(options, store, repository) as source:
        found = source.nodes.facets(asked)
    _tell(found)
    if asked.form == "json":
        print_document(found)
    elif asked.form == "csv":
        _print_csv(found)
    else:
        _print(paper(), found)


def _tell(found: Found) -> None:
    for name, counted in found.get("facets", {}).items():
        if counted["truncated"]:
            text = f"{name}: counting all took too long; the newest nodes were counted."
            click.echo(text, err=True)


def _print_csv(found: Found) -> None:
    if "stats" in found:
        rows = ((key, *(item[name] for name in NUMBERS)) for key, item in found["stats"].items())
        print_csv(("key", *NUMBERS), rows)
        return
    print_csv(
        COLUMNS,
        ((name, *row) for name, counted in found["facets"].items() for row in _lines(counted)),
    )


def _lines(counted: Found) -> Iterator[tuple[str, str | None, int, str | None]]:
    """Yield the kind of each line of a facet, its value, number and selection."""
    for bucket in counted["buckets"]:
        kind = bucket.get("type", "value")
        yield kind, _shown(bucket["value"]), bucket["count"], bucket["selection"]
    for kind in BESIDE:
        yield kind, None, counted[kind], None


def _shown(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """Return a value as a text; a range by its ends."""
    return " to ".join(map(str, value)) if isinstance(value, list) else text_of(value)


def _print(sheet: Paper, found: Found) -> None:
    """Print a table for each facet, and one of all statistics."""
    tables = [(name, _rows(counted)) for name, counted in found.get("facets", {}).items()]
    for place, (name, rows) in enumerate(tables):
        if place:
            sheet.line("")
        sheet.columns((Head(name, may_shrink=True), Head("nodes")), rows)
    if "stats" not in found:
        return
    if tables:
        sheet.line("")
    heads = [Head("key", may_shrink=True), *(Head(name) for name in NUMBERS)]
    sheet.columns(
        heads,
        [
            (cell(key), *(cell(item[name]) for name in NUMBERS))
            for key, item in found["stats"].items()
        ],
    )


def _rows(counted: Found) -> list[tuple[Cell, Cell]]:
    """Return the lines of a facet; what is no value stands in brackets."""
    rows = []
    for kind, value, number, _ in _lines(counted):
        if kind == "value":
            rows.append((cell('""' if value == "" else value), cell(number)))
        elif number:
            rows.append((cell(f"({kind})", "dim"), cell(number)))
    return rows
