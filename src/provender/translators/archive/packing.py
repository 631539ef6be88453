"""From a process that was read to the files of its archive. Floor: translators.

All that is written for an archive is written here, before its first byte is sent: so its length is
known, and its manifest tells the truth. Stored files are looked up; they are read when it is their
turn to be sent. Where they are few bytes, or somebody asks for it, they are read here, too, and
compared with their checksums: what is damaged is listed then, instead of ending the download.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

from provender.errors import CorruptObject
from provender.exports.zips.members import Source
from provender.safenames import Names, safe
from provender.store.files.tree import every_file
from provender.store.stores import Store
from provender.translators.archive.describing import describe, report
from provender.translators.archive.layout import (
    MANIFEST,
    METADATA,
    OWN_FILES,
    README,
    REPORT,
    DataFolder,
    Folder,
    checked,
    data_folders,
    folders,
    homes,
    repeated,
    title,
)
from provender.translators.archive.manifest import manifest
from provender.translators.archive.reading import ProcessTree
from provender.translators.archive.readme import readme
from provender.translators.records import decoded
from provender.translators.zips.archive import Archive, stored_item, text_item
from provender.translators.zips.bounds import Bounds
from provender.translators.zips.items import DAMAGED, Item, Items
from provender.translators.zips.sources import opened

# Bytes of stored files up to which all of them are read before the first byte is sent.
SURE = 64 << 20
BLOCK = 1 << 16
SHORT = 8


def pack(tree: ProcessTree, store: Store, bounds: Bounds, *, verify: bool = False) -> Archive:
    """Return the archive of a process, which takes the spool of the tree with it.

    With `verify` every stored file is read first.

    Raises:
        LimitExceeded: more files, or more text, than the bounds allow.
        QueryTimeout: making or verifying it takes longer.
        StoreError: the files of the store cannot be read at all.
        ClientGone: the client has disconnected.
    """
    packing = Packing(tree, store, bounds)
    try:
        packing.write()
        if verify or packing.stored_bytes <= SURE:
            packing.verify()
        return packing.finished()
    except BaseException:
        packing.close()
        raise


class Packing:
    """The making of an archive, step by step; `items` has its files but those at the top."""

    def __init__(self, tree: ProcessTree, store: Store, bounds: Bounds) -> None:
        self._tree = tree
        self._store = store
        self._bounds = bounds
        self._spool = tree.spool
        self.items = Items(bounds)
        self._homes = homes(tree)
        self._repeated = repeated(tree)
        self._descriptions: dict[int, Item] = {}
        self.stored_bytes = 0

    @property
    def name(self) -> str:
        """The name of the folder: `MyWC-7ecba7ea`."""
        start = self._tree.start
        uuid = self._tree.node(start.pk)["uuid"] or ""
        return safe(f"{title(start)}-{uuid[:SHORT]}")

    def write(self) -> None:
        """Write the texts of all folders, and look up all files."""
        self._bounds.begin()
        self._store.files()
        for folder in folders(self._tree):
            names = folder.names()
            data = data_folders(folder, names, self._tree)
            self._process(folder, names)
            for item in data:
                self._data(item)

    def verify(self) -> None:
        """Read all stored files, and list those that are damaged."""
        known: set[bytes] = set()
        for item in self.items.present():
            if item.span is None and (key := bytes.fromhex(item.key)) not in known:
                known.add(key)
                if not self._is_sound(item):
                    self.spoil(item)

    def _is_sound(self, item: Item) -> bool:
        """Read a file; return whether it has the bytes that it should have."""
        left = item.size
        try:
            with closing(self.open(item)) as source:
                while block := source.read(BLOCK):
                    self._bounds.tick()
                    left -= len(block)
        except CorruptObject:
            return False
        return left == 0

    def open(self, item: Item) -> Source:
        """Return a source of the content of a file."""
        return opened(item, self._spool, self._store)

    def spoil(self, item: Item) -> None:
        """List a stored file, and all with the same content, as damaged."""
        self.items.spoil(item.key, DAMAGED)

    def finished(self) -> Archive:
        """Return the archive, with the page at its top and the manifest."""
        tree, missing = self._tree, sum(1 for _ in self.items.absent())
        uuid = tree.node(tree.start.pk)["uuid"]
        page = self._text(README, readme(tree, missing))
        listing = text_item(self._spool, MANIFEST, manifest(uuid, self.items, page, tree.notes))
        return Archive(self.name, self._store, self._spool, self.items, page, listing, missing)

    def close(self) -> None:
        """Forget what was written."""
        self.items.close()
        self._spool.close()

    def _process(self, folder: Folder, names: Names) -> None:
        """Add the description of a process, its log and its own files."""
        pk = folder.step.pk
        node = self._tree.node(pk)
        self.items.add(self._described(names.entry(METADATA), pk))
        if log := self._tree.log(pk):
            self.items.add(self._text(names.entry(REPORT), report(log), node["uuid"]))
        self._files(node, names.folder(OWN_FILES))

    def _data(self, folder: DataFolder) -> None:
        """Add the description of data, and its files if this is where they stand."""
        node, home = self._tree.node(folder.linked.pk), self._homes[folder.linked.pk]
        is_here = folder.is_of_calculation or home == folder.files.prefix
        place = folder.files.prefix if is_here else home
        path = folder.names.entry(METADATA)
        if place == folder.names.prefix or not _has_files(node):
            self.items.add(self._described(path, folder.linked.pk))
        else:
            self.items.add(self._text(path, describe(node, place), node["uuid"]))
        if is_here:
            self._files(node, folder.files)

    def _files(self, node: Mapping[str, Any], names: Names) -> None:
        """Add the files of a node; of those that are not in the store, add why."""
        found = list(every_file(decoded(node["repository_metadata"])))
        keys = {key for _, key in found if key is not None}
        sizes = self._store.files().sizes(keys) if keys else {}
        for path, key in found:
            item = stored_item(path, key, sizes, node["uuid"], names)
            checked(item.path)
            self.items.add(item)
            self.stored_bytes += item.size

    def _described(self, path: str, pk: int) -> Item:
        """Return the description of a node as a file; written once, however often it is there."""
        known = self._descriptions.get(pk)
        if known is not None:
            return replace(known, path=checked(path))
        node = self._tree.node(pk)
        found = self._text(path, describe(node), node["uuid"])
        if pk in self._repeated:
            self._descriptions[pk] = found
        return found

    def _text(self, path: str, text: bytes, node: str | None = None) -> Item:
        """Return a text as a file."""
        return text_item(self._spool, checked(path), (text,), node)


def _has_files(node: Mapping[str, Any]) -> bool:
    return next(every_file(decoded(node["repository_metadata"])), None) is not None
