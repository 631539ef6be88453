"""A server as a source. Floor: cli."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from provender.cli.sources.remote.server import Server

if TYPE_CHECKING:
    from provender.cli.sources.remote.bundles import RemoteBundles
    from provender.cli.sources.remote.files import RemoteFiles
    from provender.cli.sources.remote.nodes import RemoteNodes
    from provender.cli.sources.remote.processes import RemoteProcesses


@dataclass(frozen=True, slots=True)
class RemoteSource:
    """A server."""

    server: Server

    @property
    def processes(self) -> RemoteProcesses:
        """Answers about processes."""
        from provender.cli.sources.remote import processes  # noqa: PLC0415 - for this only

        return processes.RemoteProcesses(self.server)

    @property
    def nodes(self) -> RemoteNodes:
        """Answers about selections of nodes."""
        from provender.cli.sources.remote import nodes  # noqa: PLC0415 - the same

        return nodes.RemoteNodes(self.server)

    @property
    def bundles(self) -> RemoteBundles:
        """Answers of many files at once."""
        from provender.cli.sources.remote import bundles  # noqa: PLC0415 - the same

        return bundles.RemoteBundles(self.server)

    @property
    def files(self) -> RemoteFiles:
        """Answers about the files of one node."""
        from provender.cli.sources.remote import files  # noqa: PLC0415 - the same

        return files.RemoteFiles(self.server)
