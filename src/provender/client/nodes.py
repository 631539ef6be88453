"""Nodes: lists, facets, templates, and what one node has. Floor: client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from provender.client import conditions
from provender.client.conditions import Where
from provender.client.connection import Connection
from provender.client.downloads import Download
from provender.client.lists import Listing, Source
from provender.client.meter import Advance
from provender.client.resources import Identifier, Resource, named, query
from provender.client.results import Record, found
from provender.client.saving import Place, save_selection


class Nodes(Resource[Record]):
    """All nodes of a store."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, "nodes", Record)

    def list(
        self,
        where: Where = None,
        *,
        orderby: str | Sequence[str] | None = None,
        limit: int | None = None,
        progress: bool = False,
        **options: Any,  # noqa: ANN401 - keys of the route
    ) -> Listing[Record]:
        """Return the nodes that `where` chooses: see `provender.client.conditions.read`."""
        options["orderby"] = orderby
        source = self._asked("nodes", "nodes/search", where, options)
        return self._listing(source, limit, is_shown=progress)

    def select(
        self,
        where: Where = None,
        *,
        want: Mapping[str, Any],
        orderby: str | Sequence[str] | None = None,
        limit: int | None = None,
        progress: bool = False,
        **options: Any,  # noqa: ANN401 - keys of the route
    ) -> Listing[Record]:
        """Return the nodes in the shape of a template: `{"uuid": "*", "label": "*"}`.

        `to_dataframe` has a column for each value: `outgoing.result.attributes.energy`.
        """
        options |= {"orderby": orderby, "want": want}
        source, flat = (
            self._asked("nodes/select", "nodes/select", where, more, is_counted=False)
            for more in (options, {**options, "flat": True})
        )
        return Listing(source, self._kind, limit=limit, is_shown=progress, table=flat)

    def facets(
        self,
        where: Where = None,
        facet: str | Sequence[str] = "node_type",
        **options: Any,  # noqa: ANN401 - keys of the route
    ) -> Record:
        """Return how many of the nodes have which values."""
        names = [facet] if isinstance(facet, str) else list(facet)
        choice = conditions.read(where)
        if choice.is_posted:
            body = {"where": choice.body(), "facet": names, **options}
            answer = self._connection.post("nodes/facets", body)
        else:
            facets = [conditions.option("facet", name) for name in names]
            asked = [*choice.query("nodes/facets"), *facets, *query(options)]
            answer = self._connection.get("nodes/facets", asked)
        record: Record = found(answer.data)
        return record

    def attributes(self, identifier: Identifier) -> Mapping[str, Any]:
        """Return the attributes of a node, as they are stored."""
        answer = self._connection.get(f"nodes/{named(identifier)}/contents/attributes")
        attributes: Mapping[str, Any] = answer.data["attributes"]
        return attributes

    def extras(self, identifier: Identifier) -> Mapping[str, Any]:
        """Return the extras of a node, as they are stored."""
        answer = self._connection.get(f"nodes/{named(identifier)}/contents/extras")
        extras: Mapping[str, Any] = answer.data["extras"]
        return extras

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

    def record(self, identifier: Identifier) -> Record:
        """Return everything about one node."""
        record: Record = self._one(identifier, "record")
        return record

    def _asked(
        self,
        route: str,
        posted_to: str,
        where: Where,
        options: Mapping[str, Any],
        *,
        is_counted: bool = True,
    ) -> Source:
        """Return what asks for a list: a GET, or a POST for what a query string has no form."""
        choice = conditions.read(where)
        given = {name: value for name, value in options.items() if value is not None}
        if choice.is_posted:
            body = {"where": choice.body(), **given}
            return Source(self._connection, posted_to, (), body, is_counted=is_counted)
        asked = (*choice.query(route), *query(given))
        return Source(self._connection, route, asked, is_counted=is_counted)
