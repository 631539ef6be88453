"""From nodes that were read to a zip of them. Floor: translators.

All that is told of nodes is written here, before the first byte is sent, and all files are looked
up: so the length of the zip is known, and what is missing. Stored files are read when it is their
turn to be sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

from provender.exports.texts import well_formed
from provender.query.querystring.selections.zips import BY_WORKFLOW
from provender.safenames import Names
from provender.store.stores import Store
from provender.translators.archive.layout import LONGEST_PATH, MANIFEST, README, checked
from provender.translators.bundles.choosing import Found
from provender.translators.bundles.describing import NODE, node_json
from provender.translators.bundles.manifest import manifest
from provender.translators.bundles.nodes import Nodes
from provender.translators.bundles.readme import README_TEXT
from provender.translators.bundles.trees import Place, places
from provender.translators.bundles.wanted import SelectionBounds, Size, Wanted
from provender.translators.records import decoded
from provender.translators.zips.archive import Archive, stored_item, text_item
from provender.translators.zips.bounds import Bounds
from provender.translators.zips.items import Item, Items, problem_of
from provender.translators.zips.spool import Spool

# Nodes whose files are looked up together.
AT_ONCE = 100
TREE = "repository_metadata"
TOO_LONG = "its path is longer than any system takes"


@dataclass(frozen=True, slots=True)
class Packed:
    """A zip of nodes that is ready to be sent, and how large it is."""

    archive: Archive
    size: Size


@dataclass(slots=True)
class _Taken:
    """A node whose files are not looked up yet: the names and the keys of its files."""

    names: Names
    uuid: str
    described: Item | None
    files: list[Found] = field(default_factory=list)


def pack(nodes: Nodes, store: Store, wanted: Wanted, bounds: SelectionBounds) -> Packed:
    """Return a zip of nodes.

    Raises:
        SelectionTooLarge: more members, or more text, than the bounds allow.
        NoSuchFile: a node has no folder that is wanted.
        QueryTimeout: making it takes longer.
        StoreError: the files of the store cannot be read at all.
        ClientGone: the client has disconnected.
    """
    packing = Packing(store, wanted, bounds)
    try:
        return packing.packed(nodes)
    except BaseException:
        packing.close()
        raise


class Packing:
    """The making of a zip."""

    def __init__(self, store: Store, wanted: Wanted, bounds: SelectionBounds) -> None:
        self._store = store
        self._wanted = wanted
        self._bounds = bounds
        self._spool = Spool(bounds)
        self._items = Items(Bounds())
        self._size = Size()

    def packed(self, nodes: Nodes) -> Packed:
        """Return the zip, of all nodes."""
        wanted, page = self._wanted, None
        self._bounds.begin()
        if wanted.has_files:
            self._store.files()
        rest = (self._taken(place) for place in places(nodes, wanted.tree))
        while some := list(islice(rest, AT_ONCE)):
            self._look_up(some)
        for uuid, found in wanted.chooser.rest():
            self._take(self._item(found, {}, uuid, Names(f"{uuid}/")))
        self._bounds.check_size(self._size)
        if wanted.tree == BY_WORKFLOW:
            page = text_item(self._spool, README, (README_TEXT,))
        listed = manifest(wanted.head, self._items, page, nodes.notes)
        last = text_item(self._spool, MANIFEST, listed)
        missing = self._size.skipped
        return Packed(
            Archive(wanted.name, self._store, self._spool, self._items, page, last, missing),
            self._size,
        )

    def close(self) -> None:
        """Forget what was written."""
        self._items.close()
        self._spool.close()

    def _taken(self, place: Place) -> _Taken:
        """Write what is told of a node, and find its files."""
        self._bounds.tick()
        self._size.nodes += 1
        node, described = place.node, None
        if self._wanted.has_nodes:
            path = checked(place.names.entry(NODE))
            described = text_item(self._spool, path, (node_json(node),), node["uuid"])
        taken = _Taken(place.files, node["uuid"], described)
        if self._wanted.has_files:
            taken.files += self._wanted.chooser.files(node["uuid"], decoded(node[TREE]))
        return taken

    def _look_up(self, some: list[_Taken]) -> None:
        """Look up the files of some nodes, and add them."""
        keys = {found.key for taken in some for found in taken.files if found.key is not None}
        sizes = self._store.files().sizes(keys) if keys else {}
        for taken in some:
            if taken.described is not None:
                self._add(taken.described)
            for found in taken.files:
                size = sizes.get(found.key or "")
                if size is None or not 0 <= size < self._wanted.min_size:  # damage is told
                    self._take(self._item(found, sizes, taken.uuid, taken.names))

    def _item(self, found: Found, sizes: Mapping[str, int], uuid: str, names: Names) -> Item:
        """Return a stored file; what is skipped takes no name from others."""
        problem = found.problem or problem_of(found.key, sizes.get(found.key or ""))
        if problem is None:
            item = stored_item(found.path, found.key, sizes, uuid, names)
            if len(item.path.encode()) <= LONGEST_PATH:
                return item
            problem = TOO_LONG
        key = well_formed(found.key or "")
        return Item(well_formed(found.path), 0, key, uuid, problem=problem)

    def _take(self, item: Item) -> None:
        """Count a stored file, and add it."""
        if item.problem is not None:
            self._size.skipped += 1
        else:
            self._size.files += 1
            self._size.bytes += item.size
        self._add(item)

    def _add(self, item: Item) -> None:
        """Add a file; what is too much is only counted."""
        self._size.members += 1
        if self._bounds.files is None or self._size.members <= self._bounds.files:
            self._items.add(item)
