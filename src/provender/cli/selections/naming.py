"""What `provender keys` does: which keys nodes have inside JSON. Floor: cli."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from provender.cli.desk.paper import Head, cell, paper
from provender.cli.options import Options
from provender.cli.selections.texts import print_csv, print_document, text_of
from provender.cli.sources.opening import opened

COLUMNS = ("name", "types", "count", "share", "example")
HEADS = (
    Head("key", may_shrink=True),
    Head("types", may_shrink=True),
    Head("nodes"),
    Head("share"),
    Head("example", may_shrink=True, may_go=True),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of the command."""

    where: str
    under: str
    size: int
    form: str | None


def run(options: Options, store: str | None, repository: Path | None, asked: Asked) -> None:
    """Print which keys the nodes of a selection have."""
    with opened(options, store, repository) as source:
        found = source.nodes.keys(asked.where, asked.under, asked.size)
    _tell(found)
    if asked.form == "json":
        print_document(found)
    elif asked.form == "csv":
        print_csv(COLUMNS, ([_shown(key, name) for name in COLUMNS] for key in found["keys"]))
    elif found["keys"]:
        rows = [[cell(text_of(_shown(key, name))) for name in COLUMNS] for key in found["keys"]]
        paper().columns(HEADS, rows)
    else:
        paper().aside("No node has a key there.")


def _tell(found: Mapping[str, Any]) -> None:
    if found["sampled"]:
        click.echo(f"The newest {found['nodes']:,} nodes were looked at.", err=True)
    if found["truncated"]:
        click.echo("There are more keys; --size shows more.", err=True)


def _shown(key: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - JSON
    """Return a value of a key; the types as one text."""
    return " ".join(key[name]) if name == "types" else key[name]
