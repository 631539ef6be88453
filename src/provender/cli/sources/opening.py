"""Opening what answers a command: a store in this process. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provender.cli.options import Options
from provender.cli.sources.local.opening import leased
from provender.cli.sources.local.source import LocalSource
from provender.cli.sources.source import Source
from provender.cli.sources.stopping import Writing


@contextmanager
def opened(
    options: Options, store: str | None, repository: Path | None, writing: Writing | None = None
) -> Iterator[Source]:
    """Open the store that a command names.

    A command that only reads ends at once at Ctrl-C, as at a closed pipe.

    Raises:
        ProvenderError: there is no such store, or it cannot be opened.
        StoreError: Ctrl-C was pressed while a command wrote.
    """
    with leased(options, store, repository, writing) as (registry, settings):
        yield LocalSource(registry, settings)
