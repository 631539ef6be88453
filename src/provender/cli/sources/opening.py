"""Opening what answers a command: a store in this process, or a server. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provender.cli.options import Options
from provender.cli.sources.names import remote_name
from provender.cli.sources.source import Source
from provender.cli.sources.stopping import Writing


@contextmanager
def opened(
    options: Options, store: str | None, repository: Path | None, writing: Writing | None = None
) -> Iterator[Source]:
    """Open the store that a command names, or ask the server that `NAME:` names.

    A command that only reads ends at once at Ctrl-C, as at a closed pipe.

    Raises:
        ProvenderError: there is no such store or remote, or it cannot be opened.
        StoreError: Ctrl-C was pressed while a command wrote.
    """
    name = remote_name(store)
    if name is None:
        from provender.cli.sources.local.opening import leased  # noqa: PLC0415 - for this only
        from provender.cli.sources.local.source import LocalSource  # noqa: PLC0415 - the same

        with leased(options, store, repository, writing) as (registry, settings):
            yield LocalSource(registry, settings)
    else:
        from provender.cli.sources.remote.opening import connected  # noqa: PLC0415 - the same

        with connected(options, name, repository, writing) as source:
            yield source
