"""Connecting to a remote. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from provender.cli.options import Options
from provender.cli.sources.stopping import Writing, stopping
from provender.errors import ConfigurationError, ConflictingParameters

if TYPE_CHECKING:
    from provender.cli.sources.remote.source import RemoteSource

# How often a request is sent: a person waits some seconds for a server that does not answer.
TRIES = 4


def client() -> ModuleType:
    """Return `provender.client`.

    Raises:
        ConfigurationError: what it needs is not installed.
    """
    try:
        from provender import client as found  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        if error.name != "httpx":
            raise
        raise ConfigurationError(
            "Remotes need httpx, which is not installed.", hint="pip install 'provender[client]'"
        ) from None
    return found


@contextmanager
def connected(
    options: Options, name: str, repository: Path | None, writing: Writing | None
) -> Iterator[RemoteSource]:
    """Give a connection to a remote; nothing is asked yet.

    Raises:
        ProvenderError: there is no such remote, or an option is about stores of this machine.
        StoreError: Ctrl-C was pressed while a command wrote.
    """
    if options.profile is not None:
        raise ConflictingParameters(
            f"-p names a store of this machine, and `{name}:` a remote.",
            hint="`provender remote add NAME URL --profile PROFILE` is a store of a server.",
        )
    if repository is not None:
        raise ConflictingParameters(f"--repository is about a database, and `{name}:` is a remote.")
    found = client()
    from provender.cli.sources.remote.failures import as_kept  # noqa: PLC0415 - needs the client
    from provender.cli.sources.remote.server import Server  # noqa: PLC0415 - the same
    from provender.cli.sources.remote.source import RemoteSource  # noqa: PLC0415 - the same

    with as_kept(name):
        opened = found.Client.restore(name, retries=found.Retries(tries=TRIES))
    with opened, stopping(writing) as ready:
        ready()
        yield RemoteSource(Server(name, opened.connection))
