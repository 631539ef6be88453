"""A table of a store. Floor: cli."""

from __future__ import annotations

from dataclasses import dataclass

from provender.cli.sources.asked import TableAsked
from provender.cli.sources.source import Told, Writable
from provender.cli.sources.tables import wanted
from provender.errors import QueryTimeout
from provender.exports.tables.formats import Options
from provender.python import tables
from provender.python.selecting import in_order, read
from provender.python.store import OpenStore
from provender.settings import Settings
from provender.store.registry import StoreRegistry
from provender.translators.selections.export import TableOf


@dataclass(frozen=True, slots=True)
class LocalTable:
    """A table that is ready to be written."""

    registry: StoreRegistry
    settings: Settings
    asked: TableAsked
    table: TableOf
    how: Options

    @classmethod
    def of(cls, asked: TableAsked, registry: StoreRegistry, settings: Settings) -> LocalTable:
        """Return a table, checked.

        Raises:
            BadRequest: what is wanted has no meaning.
            UnknownFormat: a library is missing.
        """
        expose, limits = registry.profiles.choose(None).expose, settings.limits
        nodes = in_order(read(asked.selection, limits, expose).selection, asked.orderby)
        table, how = tables.prepared(nodes, wanted(asked), limits, asked.ending)
        return cls(registry, settings, asked, table, how)

    def number(self) -> int | None:
        """Return how many rows there will be; None if it takes long to find out."""
        limit = self.asked.limit
        try:
            found = OpenStore(self.registry, self.settings).number(self.asked.selection)
        except QueryTimeout:
            return limit
        return found if limit is None else min(found, limit)

    def write(self, file: Writable, progress: Told) -> int:
        """Write all of it, and return the number of rows."""
        return tables.written(self.table, self.how, self.registry.get(), file, progress)
