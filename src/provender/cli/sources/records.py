"""Records as a command shows them, and notes. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from provender.logs import printable

if TYPE_CHECKING:
    from provender.query.querystring.advice import Note


def without_urls(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return JSON without addresses: of a store there is no server that has them."""
    if isinstance(value, dict):
        return {key: without_urls(item) for key, item in value.items() if key != "url"}
    return [without_urls(item) for item in value] if isinstance(value, list) else value


def tell(notes: Iterable[Note]) -> None:
    """Write notes to the standard error stream."""
    for note in notes:
        click.echo(f"Note: {printable(note.message)}", err=True)
