"""The store that a command asks about a selection, and which selection that is. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provender.cli.desk.opening import leased
from provender.cli.options import Options
from provender.errors import ConflictingParameters
from provender.python.store import OpenStore


@contextmanager
def asking(options: Options, store: str | None, repository: Path | None) -> Iterator[OpenStore]:
    """Open the store that a command names, as `leased`."""
    with leased(options, store, repository) as (registry, settings, _):
        yield OpenStore(registry, settings)


def chosen(selection: str, where: str) -> str:
    """Return the selection that is given as an argument or as `--where`; by default all nodes.

    Raises:
        ConflictingParameters: both are given.
    """
    if selection and where:
        raise ConflictingParameters("SELECTION and --where both say which nodes: give one of them.")
    return selection or where
