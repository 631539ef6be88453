"""Nodes: lists, facets, templates, and what selections have. Floor: client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from provender.client.objects.changes import Changes
from provender.client.objects.nodecontents import NodeContents
from provender.client.objects.resources import Orders
from provender.client.queries.conditions import Where
from provender.client.queries.identifiers import Identifier
from provender.client.queries.lists import Listing
from provender.client.queries.options import (
    ChangeOptions,
    FacetOptions,
    KeyOptions,
    NodeOptions,
    NodeParts,
    SelectOptions,
    SuggestOptions,
    ValueOptions,
)
from provender.client.queries.questions import query, question
from provender.client.queries.signatures import takes
from provender.client.rows.meter import Advance
from provender.client.rows.records import Node
from provender.client.rows.results import Record, found
from provender.client.transfers.downloads import Download
from provender.client.transfers.saving import Place, save_selection
from provender.client.transport.addresses import segment
from provender.client.transport.connection import Connection

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Nodes(NodeContents):
    """All nodes of a store."""

    _posted_to = "nodes/search"

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, "nodes", Node)

    @takes(NodeOptions)
    def list(
        self,
        where: Where = None,
        *,
        orderby: Orders = None,
        limit: int | None = None,
        progress: bool = False,
        **options: Unpack[NodeOptions],
    ) -> Listing[Node]:
        """Return the nodes that `where` and the options choose; they are read while one loops.

        `where` is the text of a query string or a dict: see
        `provender.client.queries.conditions.read`.
        """
        return self._rows(where, {"orderby": orderby, **options}, limit, is_shown=progress)

    @takes(NodeParts)
    def get(self, identifier: Identifier, **options: Unpack[NodeParts]) -> Node:
        """Return one node, by its uuid or the beginning of that, or by its pk as an integer.

        Raises:
            NotFound: there is none.
            Ambiguous: several uuids begin like that.
        """
        return self._object(identifier, options)

    @takes(SelectOptions)
    def select(
        self,
        where: Where = None,
        *,
        want: Mapping[str, Any],
        orderby: Orders = None,
        limit: int | None = None,
        progress: bool = False,
        **options: Unpack[SelectOptions],
    ) -> Listing[Record]:
        """Return the nodes in the shape of a template: `{"uuid": "*", "label": "*"}`.

        `to_dataframe` has a column for each value: `outgoing.result.attributes.energy`.
        """
        given = {"orderby": orderby, "want": want, **options}
        route = "nodes/select"
        source, flat = (
            question(route, where, more).source(self._connection)
            for more in (given, {**given, "flat": True})
        )
        return Listing(source, Record, limit=limit, is_shown=progress, table=flat)

    @takes(FacetOptions)
    def facets(
        self,
        where: Where = None,
        facet: str | Sequence[str] = "node_type",
        **options: Unpack[FacetOptions],
    ) -> Record:
        """Return how many of the nodes have which values of one key, or of each of several."""
        return self._told("nodes/facets", where, {"facet": facet, **options})

    @takes(ValueOptions)
    def values(
        self, key: str, where: Where = None, **options: Unpack[ValueOptions]
    ) -> Iterator[Record]:
        """Yield all values of a key in their order, each with the number of its nodes.

        `size` is the number of values of a page. `where` has a form in a query string.
        """
        given: dict[str, Any] = {**options}
        while True:
            asked = question(f"nodes/facets/{segment(key)}", where, given, posted_to=None)
            page = found(asked.answer(self._connection).data)
            yield from page["buckets"]
            if page["after"] is None:
                return
            given["after"] = page["after"]

    def export(
        self,
        where: Where,
        dest: Place,
        *,
        progress: bool | Advance = False,
        **options: Any,  # noqa: ANN401 - keys of the route
    ) -> Download:
        """Write nodes into a file: the same as `Client.download`."""
        return save_selection(self._connection, where, dest, progress=progress, options=options)

    @takes(SuggestOptions)
    def suggest(
        self,
        field: str | Sequence[str] = "label",
        q: str = "",
        where: Where = None,
        **options: Unpack[SuggestOptions],
    ) -> Record:
        """Return values with the text `q` in them, of one field or of several."""
        fields = field if isinstance(field, str) else ",".join(field)
        return self._told("nodes/suggest", where, {"field": fields, "q": q, **options})

    @takes(KeyOptions)
    def keys(
        self, under: str = "attributes", where: Where = None, **options: Unpack[KeyOptions]
    ) -> Record:
        """Return which keys the nodes have in their attributes or extras."""
        return self._told("nodes/keys", where, {"under": under, **options})

    @takes(ChangeOptions)
    def changes(
        self, where: Where = None, since: str | None = "*", **options: Unpack[ChangeOptions]
    ) -> Changes:
        """Return the nodes that were written since a cursor; by default all, to begin with.

        A loop ends with the last change; `cursor` of the answer is where the next one begins.
        """
        return Changes(self._connection, where, options, since)

    def statistics(self, user: int | None = None) -> Record:
        """Return the number of nodes: in total, of each type and of each day."""
        return self._whole("nodes/statistics", {"user": user})

    def types(self, *, counts: bool = False, user: int | None = None) -> Record:
        """Return the tree of the types in the store; with `counts` the number of nodes of each."""
        path = "nodes/full_types_count" if counts else "nodes/full_types"
        return self._whole(path, {"user": user} if counts else {})

    def formats(self) -> Record:
        """Return the formats of `download` for each type."""
        return self._whole("nodes/download_formats", {})

    def _told(self, route: str, where: Where, options: Mapping[str, Any]) -> Record:
        record: Record = found(question(route, where, options).answer(self._connection).data)
        return record

    def _whole(self, path: str, options: Mapping[str, Any]) -> Record:
        record: Record = found(self._connection.get(path, query(options)).data)
        return record
