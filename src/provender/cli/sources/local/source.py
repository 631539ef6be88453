"""A store in this process as a source. Floor: cli.

Each part is loaded when it is asked for: a list of processes needs no zips.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from provender.settings import Settings
from provender.store.registry import StoreRegistry

if TYPE_CHECKING:
    from provender.cli.sources.local.bundles import LocalBundles
    from provender.cli.sources.local.files import LocalFiles
    from provender.cli.sources.local.nodes import LocalNodes
    from provender.cli.sources.local.processes import LocalProcesses


@dataclass(frozen=True, slots=True)
class LocalSource:
    """An open store, alone in a registry, and the settings that bound what may be asked of it."""

    registry: StoreRegistry
    settings: Settings

    @property
    def processes(self) -> LocalProcesses:
        """Answers about processes."""
        from provender.cli.sources.local import processes  # noqa: PLC0415 - for this only

        return processes.LocalProcesses(self.registry, self.settings.limits)

    @property
    def nodes(self) -> LocalNodes:
        """Answers about selections of nodes."""
        from provender.cli.sources.local import nodes  # noqa: PLC0415 - the same

        return nodes.LocalNodes(self.registry, self.settings)

    @property
    def bundles(self) -> LocalBundles:
        """Answers of many files at once."""
        from provender.cli.sources.local import bundles  # noqa: PLC0415 - the same

        return bundles.LocalBundles(self.registry, self.settings)

    @property
    def files(self) -> LocalFiles:
        """Answers about the files of one node."""
        from provender.cli.sources.local import files  # noqa: PLC0415 - the same

        return files.LocalFiles(self.registry)
