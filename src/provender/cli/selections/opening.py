"""The store that a command asks about selections. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provender.cli.desk.opening import leased
from provender.cli.options import Options
from provender.python.store import OpenStore


@contextmanager
def asking(options: Options, store: str | None, repository: Path | None) -> Iterator[OpenStore]:
    """Open the store that a command names, as `leased`."""
    with leased(options, store, repository) as (registry, settings, _):
        yield OpenStore(registry, settings)
