"""Opening a store alone in a registry. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from provender.cli.console import progress_line
from provender.cli.options import Options
from provender.cli.sources.stopping import Writing, stopping
from provender.settings import Settings
from provender.store.profiles import Profiles
from provender.store.registry import StoreRegistry


@contextmanager
def leased(
    options: Options, store: str | None, repository: Path | None, writing: Writing | None
) -> Iterator[tuple[StoreRegistry, Settings]]:
    """Open the store that a command names, alone in a registry.

    Raises:
        ProvenderError: there is no such store, or it cannot be opened.
        StoreError: Ctrl-C was pressed while a command wrote.
    """
    settings = options.settings()
    profile = options.select(settings, store, repository).profile
    # A command has no other clients, so its expensive questions need no places.
    expensive = settings.limits.expensive or settings.pool.size
    settings = replace(settings, limits=replace(settings.limits, expensive=expensive))
    registry = StoreRegistry(Profiles({profile.name: profile}), settings)
    try:
        with stopping(writing) as ready, closing(registry.lease(progress=progress_line)):
            ready()
            yield registry, settings
    finally:
        registry.close()
