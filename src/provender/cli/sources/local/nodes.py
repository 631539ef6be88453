"""What a store answers about selections of nodes. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from provender.cli.sources.asked import FacetsAsked, FilesAsked, RowsAsked, TableAsked
from provender.cli.sources.local.tables import LocalTable
from provender.cli.sources.source import Record
from provender.python.store import OpenStore
from provender.settings import Settings
from provender.store.registry import StoreRegistry


@dataclass(frozen=True)
class LocalNodes:
    """Asks an open store, as programs of Python do."""

    registry: StoreRegistry
    settings: Settings

    @cached_property
    def _open(self) -> OpenStore:
        return OpenStore(self.registry, self.settings)

    def facets(self, asked: FacetsAsked) -> Record:
        """Return how many nodes of a selection have which values."""
        return self._open.facets(
            asked.where,
            asked.facet,
            stats=asked.stats,
            size=asked.size,
            drop_self=asked.drop_self,
        )

    def keys(self, where: str, under: str, size: int) -> Record:
        """Return which keys the nodes of a selection have inside JSON."""
        return self._open.keys(where, under, size=size)

    def rows(self, asked: RowsAsked) -> Iterable[dict[str, Any]]:
        """Return nodes in the shape of a template, read while they are looped over."""
        return self._open.select(
            asked.where, asked.want, orderby=asked.orderby, limit=asked.limit, flat=asked.flat
        )

    def files(self, asked: FilesAsked) -> Iterator[dict[str, Any]]:
        """Return the files of a selection while they are looped over."""
        return self._open.files(asked.selection, asked.glob, min_size=asked.min_size)

    def table(self, asked: TableAsked) -> LocalTable:
        """Return a table; what is wrong is told at once."""
        return LocalTable.of(asked, self.registry, self.settings)
