"""What a server tells of itself and of its store: schemas, views, numbers. Floor: client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provender.client.errors import NotFound
from provender.client.queries.lists import Listing, Source
from provender.client.rows.records import Node, Schema, View
from provender.client.rows.results import Record, Rows, found
from provender.client.transport.addresses import segment
from provender.client.transport.connection import Connection

# What views may answer, and the class of a row where that is a list.
LISTS: Mapping[str, type[Record]] = {"nodes": Node, "rows": Record}


class Schemas:
    """What nodes of each type have: JSON Schemas of documented and observed keys."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self) -> Rows:
        """Return the types that have a schema: documented, observed, or both."""
        return Rows(Schema(row) for row in self._connection.get("schemas").rows)

    def search(self, text: str) -> Rows:
        """Return the types with this text in their name, whatever its case."""
        return Rows(row for row in self.list() if text.lower() in row.node_type.lower())

    def get(self, node_type: str) -> Mapping[str, Any]:
        """Return the JSON Schema (2020-12) of the nodes of a type.

        Raises:
            NotFound: no node has this type, and none is documented.
        """
        answer = self._connection.get(f"schemas/{segment(node_type)}")
        schema: Mapping[str, Any] = answer.data["schema"]
        return schema


class Views:
    """Saved selections of the server."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self) -> Rows:
        """Return the views: name, title, description, and what they answer."""
        return Rows(View(row) for row in self._connection.get("views").rows)

    def get(self, name: str) -> View:
        """Return a view; raises `NotFound` if there is none of this name."""
        known = self.list()
        chosen = next((view for view in known if view.name == name), None)
        if chosen is None:
            names = ", ".join(view.name for view in known) or "none"
            raise NotFound(f"There is no view `{name}`.", hint=f"There are: {names}.")
        view: View = chosen
        return view

    def rows(self, name: str, *, limit: int | None = None, progress: bool = False) -> Listing[Any]:
        """Return the list that a view is: nodes, or rows of a template.

        Raises:
            NotFound: there is no such view, or it answers facets: see `facets`.
        """
        view = self.get(name)
        kind = LISTS.get(view.answers)
        if kind is None:
            raise NotFound(f"The view `{name}` is no list.", hint=f"client.views.facets({name!r})")
        source = Source(
            self._connection, f"views/{segment(name)}", is_counted=view.answers == "nodes"
        )
        return Listing(source, kind, limit=limit, is_shown=progress)

    def facets(self, name: str) -> Record:
        """Return what a view answers that is no list."""
        record: Record = found(self._connection.get(f"views/{segment(name)}").data)
        return record


class Server:
    """The server and its store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def info(self) -> Record:
        """Return versions, limits, formats, and the kind of the store."""
        record: Record = found(self._connection.get("server/info").data)["info"]
        return record

    def statistics(self) -> Record:
        """Return how many nodes, links, files and other things the store has."""
        record: Record = found(self._connection.get("server/statistics").data)["statistics"]
        return record

    def versions(self) -> Record:
        """Return the versions of the interface and of AiiDA, as AiiDA's own server tells them."""
        record: Record = found(self._connection.get("server").data)
        return record

    def endpoints(self) -> list[str]:
        """Return all routes."""
        routes: list[str] = list(self._connection.get("server/endpoints").rows)
        return routes

    def description(self) -> Mapping[str, Any]:
        """Return the description of the interface, OpenAPI 3.1."""
        return self._connection.get("openapi.json").document
