"""What a server answers about selections of nodes. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from provender.cli.sources.asked import FacetsAsked, FilesAsked, RowsAsked, TableAsked
from provender.cli.sources.remote.checking import BOUNDS, EXPOSED, checked
from provender.cli.sources.remote.server import Server
from provender.cli.sources.remote.tables import RemoteTable
from provender.cli.sources.source import Record
from provender.python.selecting import given, in_order
from provender.query.querystring.selections.facets import SIZES, read_facet
from provender.query.querystring.selections.files import read_size
from provender.query.querystring.selections.keys import UNDER
from provender.query.selection.want import read_written
from provender.translators.globs import Globs

# Rows that any server gives at once; of more, it says itself how many.
FEW = 50


@dataclass(frozen=True, slots=True)
class RemoteNodes:
    """Asks the routes of selections."""

    server: Server

    def facets(self, asked: FacetsAsked) -> Record:
        """Return how many nodes of a selection have which values."""
        checked(asked.where)
        for text in (*asked.facet, *asked.stats):
            read_facet(text)
        query = [asked.where, f"size={SIZES.check(asked.size)}"]
        query += [f"facet={text}" for text in asked.facet]
        query += [f"stats={text}" for text in asked.stats]
        query += ["drop_self=true"] if asked.drop_self else []
        found = self.server.get("nodes/facets", query).data
        for counted in found.get("facets", {}).values():
            for bucket in counted["buckets"]:
                bucket["selection"] = _selection(bucket.pop("url"))
        return found

    def keys(self, where: str, under: str, size: int) -> Record:
        """Return which keys the nodes of a selection have inside JSON."""
        checked(where)
        given(UNDER, under)
        return self.server.get("nodes/keys", [where, f"under={under}", f"size={size}"]).data

    def rows(self, asked: RowsAsked) -> Iterable[dict[str, Any]]:
        """Return nodes in the shape of a template, read while they are looped over."""
        in_order(checked(asked.where), asked.orderby)
        read_written(asked.want, BOUNDS, EXPOSED)
        query = [asked.where, f"want={asked.want.strip()}"]
        query += [f"orderby={','.join(asked.orderby)}"] if asked.orderby else []
        query += ["flat=true"] if asked.flat else []
        return self._walk("nodes/select", "rows", query, asked.limit)

    def files(self, asked: FilesAsked) -> Iterator[dict[str, Any]]:
        """Return the files of a selection while they are looped over."""
        checked(asked.selection)
        query = [asked.selection, *(f"glob={text}" for text in Globs(asked.glob).texts)]
        query += [f"min_size={read_size(asked.min_size)}"]
        for file in self._walk("nodes/files", "files", query, None):
            del file["url"]
            yield file

    def table(self, asked: TableAsked) -> RemoteTable:
        """Return a table; what is wrong is told at once."""
        return RemoteTable.of(asked, self.server)

    def _walk(
        self, path: str, name: str, query: list[str], limit: int | None
    ) -> Iterator[dict[str, Any]]:
        """Yield the rows of a list, page by page."""
        cursor, left = "*", limit
        while left is None or left > 0:
            size = [f"limit={left}"] if left is not None and left <= FEW else []
            page = self.server.get(path, [*query, *size, f"cursor={cursor}"])
            rows = page.data[name][:left]
            yield from rows
            if page.following is None:
                return
            cursor = page.following
            left = None if left is None else left - len(rows)


def _selection(url: str | None) -> str | None:
    """Return the selection of the nodes that an address lists."""
    return None if url is None else unquote(urlsplit(url).query)
