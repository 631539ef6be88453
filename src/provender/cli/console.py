"""How the command speaks: examples in the help, one clear line for an error, tables. Floor: cli."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click

from provender.cli.starting import uncollected
from provender.errors import ProvenderError

HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Group(click.Group):
    """A group of commands that turns our errors into a line on the terminal and status 1."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - what click gives
        """Run a command."""
        try:
            return super().invoke(ctx)
        except ProvenderError as error:
            report(error)
            ctx.exit(1)


class LaterGroup(Group):
    """A group whose commands are loaded when they are asked for: `places` says where each is.

    So a command waits for no other's modules. A command is the object of its own name there.
    """

    def __init__(self, *arguments: Any, places: Iterable[tuple[str, str]], **more: Any) -> None:  # noqa: ANN401 - what click takes
        super().__init__(*arguments, **more)
        self._places = dict(places)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in the order of the alphabet."""
        return sorted({*super().list_commands(ctx), *self._places})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or None if there is none of the name."""
        if cmd_name not in self._places:
            return super().get_command(ctx, cmd_name)
        with uncollected():
            module = importlib.import_module(self._places[cmd_name])
        command: click.Command = getattr(module, cmd_name)
        return command


def report(error: ProvenderError) -> None:
    """Write an error for a person: what is wrong, why, and what would be right."""
    click.secho(f"Error: {error.message}", fg="red", err=True)
    for line in (error.reason, error.hint):
        if line:
            click.echo(f"  {line.strip()}", err=True)


def examples(text: str) -> Callable[[Any], Any]:
    """Return a decorator that adds examples to the help of a command, line by line."""

    def decorate(command: Any) -> Any:  # noqa: ANN401 - a click command
        command.epilog = "\b\nExamples:\n" + "\n".join(
            f"  {line.strip()}" for line in text.strip().splitlines()
        )
        return command

    return decorate


def table(rows: Sequence[Sequence[object]], indent: str = "  ") -> str:
    """Return rows as aligned columns; numbers stand right."""
    texts = [[_cell(value) for value in row] for row in rows]
    if not texts:
        return ""
    widths = [max(len(row[i]) for row in texts) for i in range(len(texts[0]))]
    numeric = [
        all(isinstance(value, int) for value in column) for column in zip(*rows, strict=True)
    ]
    lines = []
    for row in texts:
        cells = (
            cell.rjust(width) if is_number else cell.ljust(width)
            for cell, width, is_number in zip(row, widths, numeric, strict=True)
        )
        lines.append((indent + "  ".join(cells)).rstrip())
    return "\n".join(lines)


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def progress_line(what: str, done: int, total: int) -> None:
    """Show progress on one line of a terminal; elsewhere show nothing."""
    if sys.stderr.isatty():
        percent = 100 * done // total if total else 100
        end = "\n" if done >= total else ""
        click.echo(f"\r{what}: {percent:3d} %", err=True, nl=False)
        click.echo(end, err=True, nl=False)
