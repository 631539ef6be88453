"""What is printed: plain columns for pipes, tables with colours for people. Floor: cli.

`rich` is loaded for a terminal only.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
import orjson

from provender.cli.console import table
from provender.logs import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

# Characters of the narrowest column of a terminal, and between two columns.
NARROW, GAP = 6, 2
# The colour of each state; a failure with an exit status is that of `failed`.
STYLES = {
    "created": "cyan",
    "waiting": "cyan",
    "running": "bold blue",
    "paused": "magenta",
    "finished": "green",
    "failed": "red",
    "excepted": "bold red",
    "killed": "red",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A text in a table, and its style on a terminal."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column.

    On a narrow terminal a column that `may_go` is left out, and then one that `may_shrink` is cut.
    """

    text: str
    may_shrink: bool = False
    may_go: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """A line of a tree, and what stands below it."""

    cells: tuple[Cell, ...]
    below: Sequence[Branch] = ()


def cell(value: object, style: str = "") -> Cell:
    """Return a value as a text on one line; `-` for nothing."""
    text = "-" if value is None or value == "" else str(value)
    return Cell(printable(" ".join(text.split())), style)


class Paper(ABC):
    """Where a command prints its blocks."""

    @abstractmethod
    def columns(self, heads: Sequence[Head], rows: Sequence[Sequence[Cell]]) -> None:
        """Print rows below heads."""

    @abstractmethod
    def facts(self, rows: Sequence[tuple[str, Cell]]) -> None:
        """Print names, each with its value."""

    @abstractmethod
    def title(self, text: str) -> None:
        """Print a title over what follows."""

    @abstractmethod
    def outline(self, branches: Sequence[Branch]) -> None:
        """Print a tree."""

    @abstractmethod
    def line(self, text: str, style: str = "") -> None:
        """Print a line as it is."""

    @abstractmethod
    def aside(self, text: str) -> None:
        """Print what is for people only."""


class Plain(Paper):
    """Columns without colours, never cut: for pipes."""

    def columns(self, heads: Sequence[Head], rows: Sequence[Sequence[Cell]]) -> None:
        """Print rows below heads."""
        texts = [[item.text for item in row] for row in rows]
        click.echo(table([[head.text for head in heads], *texts], indent=""))

    def facts(self, rows: Sequence[tuple[str, Cell]]) -> None:
        """Print names, each with its value."""
        click.echo(table([(name, item.text) for name, item in rows], indent=""))

    def title(self, text: str) -> None:
        """Print a title over what follows."""
        click.echo(f"\n{text}")

    def outline(self, branches: Sequence[Branch]) -> None:
        """Print a tree by indentation."""
        for depth, branch in _flat(branches):
            words = "  ".join(item.text for item in branch.cells)
            click.echo(f"{'  ' * depth}{words}")

    def line(self, text: str, style: str = "") -> None:
        """Print a line as it is."""
        del style
        click.echo(text)

    def aside(self, text: str) -> None:
        """Print nothing: programs read this."""


def _flat(branches: Sequence[Branch]) -> list[tuple[int, Branch]]:
    """Return the branches of a tree in the order of their lines, each with its depth."""
    found: list[tuple[int, Branch]] = []
    left = [(0, branch) for branch in reversed(branches)]
    while left:
        depth, branch = left.pop()
        found.append((depth, branch))
        left += [(depth + 1, below) for below in reversed(branch.below)]
    return found


class Coloured(Paper):
    """Tables that fit the terminal: long texts end in `…`."""

    def __init__(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - for terminals only

        self._console: Console = Console(highlight=False, emoji=False, markup=False)

    def columns(self, heads: Sequence[Head], rows: Sequence[Sequence[Cell]]) -> None:
        """Print rows below heads: those columns that fit."""
        from rich.table import Table  # noqa: PLC0415 - the same

        made = Table(box=None, pad_edge=False, header_style="bold", expand=False)
        places = _fitting(heads, rows, self._console.width)
        for head in (heads[place] for place in places):
            made.add_column(
                head.text, no_wrap=not head.may_shrink, overflow="ellipsis", min_width=NARROW
            )
        for row in rows:
            made.add_row(*(_text(row[place]) for place in places))
        self._console.print(made)

    def facts(self, rows: Sequence[tuple[str, Cell]]) -> None:
        """Print names, each with its value."""
        from rich.table import Table  # noqa: PLC0415 - the same
        from rich.text import Text  # noqa: PLC0415 - the same

        made = Table.grid(padding=(0, 2))
        made.add_column(style="dim", no_wrap=True)
        made.add_column(overflow="fold")
        for name, item in rows:
            made.add_row(name, Text(item.text, style=item.style))
        self._console.print(made)

    def title(self, text: str) -> None:
        """Print a title over what follows."""
        self._console.print(f"\n{text}", style="bold")

    def outline(self, branches: Sequence[Branch]) -> None:
        """Print a tree with lines."""
        from rich.tree import Tree  # noqa: PLC0415 - the same

        root = Tree("", hide_root=True, guide_style="dim")
        left = [(root, branch) for branch in reversed(branches)]
        while left:
            above, branch = left.pop()
            made: Tree = above.add(_joined(branch.cells))
            left += [(made, below) for below in reversed(branch.below)]
        self._console.print(root)

    def line(self, text: str, style: str = "") -> None:
        """Print a line as it is; the terminal breaks it where it is too long."""
        self._console.print(text, style=style or None, soft_wrap=True)

    def aside(self, text: str) -> None:
        """Print what is for people only."""
        self._console.print(text, style="dim")


def _fitting(heads: Sequence[Head], rows: Sequence[Sequence[Cell]], width: int) -> list[int]:
    """Return the places of the columns that a terminal shows; the first that may go, go first."""
    texts = [[head.text, *(row[place].text for row in rows)] for place, head in enumerate(heads)]
    needed = [GAP + max(map(len, column)) for column in texts]
    places = list(range(len(heads)))
    for place, head in enumerate(heads):
        if head.may_go and sum(needed[left] for left in places) - GAP > width:
            places.remove(place)
    return places


def _text(item: Cell) -> Text:
    from rich.text import Text  # noqa: PLC0415 - for terminals only

    return Text(item.text, style=item.style, no_wrap=True)


def _joined(cells: Sequence[Cell]) -> Text:
    from rich.text import Text  # noqa: PLC0415 - the same

    return Text("  ").join(map(_text, cells))


def paper() -> Paper:
    """Return what the standard output takes."""
    return Coloured() if sys.stdout.isatty() else Plain()


def print_json(value: Any) -> None:  # noqa: ANN401 - JSON
    """Print a value as JSON for programs, and for people who look at it."""
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    click.echo(text, nl=False)
