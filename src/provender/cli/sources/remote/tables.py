"""A table of a server. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from provender.cli.sources.asked import TableAsked
from provender.cli.sources.remote.checking import BOUNDS, checked
from provender.cli.sources.remote.counting import counter
from provender.cli.sources.remote.server import Server
from provender.cli.sources.source import Told, Writable
from provender.cli.sources.tables import wanted
from provender.errors import QueryTimeout, StoreUnreachable
from provender.python import tables
from provender.python.selecting import in_order


@dataclass(frozen=True, slots=True)
class RemoteTable:
    """A table that a server makes while it sends it."""

    server: Server
    asked: TableAsked
    format: str

    @classmethod
    def of(cls, asked: TableAsked, server: Server) -> RemoteTable:
        """Return a table, checked.

        Raises:
            BadRequest: what is wanted has no meaning.
        """
        nodes = in_order(checked(asked.selection), asked.orderby)
        _, how = tables.read(nodes, wanted(asked), BOUNDS, asked.ending)
        return cls(server, asked, how.format.name)

    def number(self) -> int | None:
        """Return how many rows there will be; None if it takes long to find out."""
        found, limit = self._counted(), self.asked.limit
        if found is None or limit is None:
            return limit if found is None else found
        return min(found, limit)

    def write(self, file: Writable, progress: Told) -> int | None:
        """Write all of it, and return the number of rows, None if it is not known.

        If the format does not tell it, that of the nodes before and after is taken, if they agree.

        Raises:
            ProvenderError: the server refuses, or it breaks off.
        """
        rows, size = counter(self.format, has_trailer=self.asked.trailer), 0
        before = self._counted() if rows.number is None else None
        url = self.server.connection.url("nodes/export", [text for text in self._query() if text])
        try:
            with self.server.stream(url, {}) as response:
                for block in response.iter_bytes():
                    file.write(block)
                    rows.add(block)
                    size += len(block)
                    progress(rows.number or 0, size)
        except StoreUnreachable as error:
            raise (_broken_off(error) if size else error) from None
        if rows.number is not None or before is None or before != self._counted():
            return rows.number
        return before if self.asked.limit is None else min(before, self.asked.limit)

    def _counted(self) -> int | None:
        """Return the number of nodes; None if counting takes long."""
        try:
            return self.server.get("nodes", [self.asked.selection, "limit=0"]).total
        except QueryTimeout:
            return None

    def _query(self) -> Iterator[str]:
        asked = self.asked
        yield asked.selection
        yield f"format={self.format}"
        yield f"fields={asked.fields}" if asked.fields else ""
        yield f"want={asked.want.strip()}" if asked.want else ""
        types = ",".join(f"{name}:{kind}" for name, kind in asked.types.items())
        yield f"types={types}" if types else ""
        yield f"orderby={','.join(asked.orderby)}" if asked.orderby else ""
        yield "" if asked.limit is None else f"limit={asked.limit}"
        yield "csv_safe=true" if asked.csv_safe else ""
        yield "trailer=true" if asked.trailer else ""


def _broken_off(error: StoreUnreachable) -> StoreUnreachable:
    return StoreUnreachable(
        "The table broke off.",
        reason=error.reason,
        hint="It is made while it is sent, so it cannot go on: ask for it again.",
    )
