"""What `provender select` does: a template filled in for each node. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from provender.cli.desk.paper import Head, cell, paper
from provender.cli.options import Options
from provender.cli.selections.texts import print_csv, print_document, text_of
from provender.cli.sources.asked import RowsAsked
from provender.cli.sources.opening import opened
from provender.errors import BadValue

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of the command."""

    where: str
    want: str
    orderby: str
    limit: int
    is_all: bool
    form: str | None


def run(options: Options, store: str | None, repository: Path | None, asked: Asked) -> None:
    """Print the nodes of a selection as a template wants them."""
    wanted = RowsAsked(
        asked.where,
        template(asked.want),
        orderby=keys_of(asked.orderby),
        limit=None if asked.is_all else asked.limit,
        flat=asked.form != "json",
    )
    with opened(options, store, repository) as source:
        rows = source.nodes.rows(wanted)
        if asked.form == "json":
            print_document({"rows": list(rows)})
        elif asked.form == "csv":
            _print_csv(rows)
        else:
            _print(rows)


def keys_of(text: str) -> list[str]:
    """Return the keys of an order, which commas part."""
    return [key.strip() for key in text.split(",") if key.strip()]


def template(text: str) -> str:
    """Return a template that is given, or the name of its file.

    Raises:
        BadValue: it is neither.
    """
    if text.lstrip().startswith("{"):
        return text
    try:
        return Path(text).read_text("utf-8")
    except (OSError, ValueError):
        raise BadValue(
            f"`{text[:100]}` is neither a template nor a file with one.",
            hint='--want \'{"uuid": "*", "attributes": {"energy": "*"}}\'',
        ) from None


def _print_csv(rows: Iterable[Row]) -> None:
    """Print rows while they come; all of them have the keys of the template."""
    following = iter(rows)
    first = next(following, None)
    if first is not None:
        print_csv(tuple(first), _values(chain([first], following)))


def _values(rows: Iterator[Row]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        yield tuple(row.values())


def _print(rows: Iterable[Row]) -> None:
    found, sheet = list(rows), paper()
    if not found:
        sheet.aside("No node is like that.")
        return
    heads = [Head(name, may_shrink=True) for name in found[0]]
    sheet.columns(heads, [[cell(text_of(value)) for value in row.values()] for row in found])
