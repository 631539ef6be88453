"""What one node has: links, contents, arrays, formats. Floor: client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from provender.client.objects import arrays
from provender.client.objects.arrays import Part
from provender.client.objects.resources import Orders, Resource
from provender.client.queries.conditions import Where
from provender.client.queries.identifiers import Identifier
from provender.client.queries.lists import Listing
from provender.client.queries.options import GroupOptions, LinkOptions, TreeOptions
from provender.client.queries.questions import query, question
from provender.client.queries.signatures import takes
from provender.client.rows.records import Comment, Group, LinkedNode, Node, StoredArray
from provender.client.rows.results import Record, Rows
from provender.client.transport.addresses import segment

if TYPE_CHECKING:
    from typing_extensions import Unpack


class NodeContents(Resource[Node]):
    """What one node has. A node is named by its uuid, the beginning of that, or its pk."""

    def attributes(self, identifier: Identifier, *names: str) -> Mapping[str, Any]:
        """Return the attributes of a node as they are stored: all, or those that are named."""
        return self._stored(identifier, "attributes", names)

    def extras(self, identifier: Identifier, *names: str) -> Mapping[str, Any]:
        """Return the extras of a node as they are stored: all, or those that are named."""
        return self._stored(identifier, "extras", names)

    def comments(self, identifier: Identifier) -> Rows:
        """Return the comments on a node, with their authors."""
        found = self._below(identifier, "contents/comments", {})["comments"]
        return Rows(Comment(row.raw) for row in found)

    def derived(self, identifier: Identifier) -> Record:
        """Return what follows from a node: formula of structures, path of k-points, ..."""
        record: Record = self._below(identifier, "contents/derived_properties", {})
        derived: Record = record["derived_properties"]
        return derived

    def record(self, identifier: Identifier) -> Record:
        """Return everything about one node: contents, links, groups, comments, log and files."""
        record: Record = self._below(identifier, "record", {})["record"]
        return record

    @takes(LinkOptions)
    def incoming(
        self,
        identifier: Identifier,
        where: Where = None,
        *,
        orderby: Orders = None,
        limit: int | None = None,
        **options: Unpack[LinkOptions],
    ) -> Listing[LinkedNode]:
        """Return the nodes that a node came from, each with the type and label of its link."""
        given = {"orderby": orderby, **options}
        return self._neighbours(identifier, "links/incoming", where, given, limit)

    @takes(LinkOptions)
    def outgoing(
        self,
        identifier: Identifier,
        where: Where = None,
        *,
        orderby: Orders = None,
        limit: int | None = None,
        **options: Unpack[LinkOptions],
    ) -> Listing[LinkedNode]:
        """Return the nodes that came from a node, each with the type and label of its link."""
        given = {"orderby": orderby, **options}
        return self._neighbours(identifier, "links/outgoing", where, given, limit)

    def links(self, identifier: Identifier) -> Rows:
        """Return all neighbours of a node, those that it came from first."""
        return Rows([*self.incoming(identifier), *self.outgoing(identifier)])

    @takes(TreeOptions)
    def tree(self, identifier: Identifier, **options: Unpack[TreeOptions]) -> Record:
        """Return a node between its neighbours."""
        record: Record = self._below(identifier, "links/tree", options)
        return record

    @takes(GroupOptions)
    def groups(
        self, identifier: Identifier, where: Where = None, **options: Unpack[GroupOptions]
    ) -> Listing[Group]:
        """Return the groups that a node is in."""
        path = f"nodes/{self._named(identifier)}/groups"
        asked = question(path, where, options, posted_to=None)
        return Listing(asked.source(self._connection, is_counted=True), Group)

    def download(self, identifier: Identifier, format: str) -> Any:  # noqa: A002, ANN401 - as AiiDA names it; JSON, str or bytes
        """Return a node in a format: JSON as values, texts as `str`, anything else as `bytes`.

        Raises:
            BadQuery: the node has no such format: see `formats`.
        """
        path = f"nodes/{self._named(identifier)}/download"
        return self._connection.content(path, [f'download_format="{format}"']).value(format)

    def arrays(self, identifier: Identifier) -> Rows:
        """Return which arrays a node has: name, dtype, shape, and bytes of the values."""
        rows = self._below(identifier, "arrays", {})["arrays"]
        return Rows(StoredArray(row.raw) for row in rows)

    def array(self, identifier: Identifier, name: str, part: Part = None) -> Any:  # noqa: ANN401 - NumPy is not needed otherwise
        """Return an array of a node, or a part of it, as a NumPy array.

        `part` is what stands in brackets in NumPy: `"0:10,:,2"`, or `numpy.s_[0:10, :, 2]`. Only
        that part is sent.

        Raises:
            ModuleNotFoundError: NumPy is not installed.
        """
        path = f"nodes/{self._named(identifier)}/arrays/{segment(name)}"
        return arrays.one(self._connection, path, part)

    def array_file(self, identifier: Identifier, names: Sequence[str] = ()) -> Mapping[str, Any]:
        """Return all arrays of a node by name, or those that are named; errors as `array`."""
        return arrays.several(self._connection, f"nodes/{self._named(identifier)}/arrays", names)

    def array_attributes(self, identifier: Identifier) -> Record:
        """Return shapes and types of the arrays, and the attributes of the node; no values."""
        record: Record = self._below(identifier, "arrays.attrs", {})["attrs"]
        return record

    def _stored(self, identifier: Identifier, what: str, names: Sequence[str]) -> Mapping[str, Any]:
        path = f"nodes/{self._named(identifier)}/contents/{what}"
        chosen = query({f"{what}_filter": list(names) or None})
        stored: Mapping[str, Any] = self._connection.get(path, chosen).data[what]
        return stored

    def _neighbours(
        self,
        identifier: Identifier,
        path: str,
        where: Where,
        options: Mapping[str, Any],
        limit: int | None,
    ) -> Listing[LinkedNode]:
        whole = f"nodes/{self._named(identifier)}/{path}"
        asked = question(whole, where, options, posted_to=None)
        source = asked.source(self._connection, is_counted=True)
        return Listing(source, LinkedNode, limit=limit)
