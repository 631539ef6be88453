"""Attributes and extras of nodes as documents. Floor: client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from provender.client.objects.resources import Orders, Resource
from provender.client.queries.identifiers import Identifier
from provender.client.queries.lists import Listing
from provender.client.queries.options import NodeOptions
from provender.client.queries.signatures import takes
from provender.client.rows.records import Node
from provender.client.transport.connection import Connection

if TYPE_CHECKING:
    from typing_extensions import Unpack

SHOWN: Mapping[str, Any] = {"attributes": True, "extras": True}


class Meta(Resource[Node]):
    """Attributes and extras, asked for as documents of JSON."""

    _posted_to = "nodes/search"

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, "nodes", Node)

    def __repr__(self) -> str:
        return f"<meta of {self._connection.base}>"

    @takes(NodeOptions)
    def list(
        self,
        q: Mapping[str, Any] | None = None,
        *,
        orderby: Orders = None,
        limit: int | None = None,
        progress: bool = False,
        **options: Unpack[NodeOptions],
    ) -> Listing[Node]:
        """Return the nodes that a query finds, with their attributes and extras.

        The operators are those of MongoDB: `$eq $ne $lt $lte $gt $gte $in $nin $exists $all $size
        $and $or $not`, and `$like $ilike $contains $startswith $any`.

        Example:
            `{"extras.tag": {"$in": ["a", "b"]}, "attributes.energy": {"$lt": -5}}`
        """
        given = {"orderby": orderby, **SHOWN, **options}
        return self._rows(q, given, limit, is_shown=progress)

    def get(self, identifier: Identifier) -> Node:
        """Return one node with its attributes and extras.

        Raises:
            NotFound: there is none.
        """
        return self._object(identifier, SHOWN)
