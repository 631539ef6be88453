"""From a process that was read to the files of its archive. Floor: translators.

All that is written for an archive is written here, before its first byte is sent: so its length is
known, and its manifest tells the truth. Stored files are looked up; they are read when it is their
turn to be sent. Where they are few bytes, or somebody asks for it, they are read here, too, and
compared with their checksums: what is damaged is listed then, instead of ending the download.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from provender.errors import CorruptObject
from provender.exports.texts import well_formed
from provender.exports.zips import stream
from provender.exports.zips.names import Names, safe
from provender.exports.zips.stream import Member, Source
from provender.store.files.streams import damaged
from provender.store.files.tree import every_file
from provender.store.stores import Store
from provender.translators.archive.bounds import Bounds
from provender.translators.archive.describing import describe, report
from provender.translators.archive.items import DAMAGED, MALFORMED, MISSING, Item, Items
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
from provender.translators.archive.spool import Spool
from provender.translators.records import decoded
from provender.translators.subjects import naming

# Bytes of stored files up to which all of them are read before the first byte is sent.
SURE = 64 << 20
BLOCK = 1 << 16
SHORT = 8


class Checked:
    """A source that compares what was read with the SHA-256 that its content should have."""

    def __init__(self, store: Store, key: str, path: str) -> None:
        self._store = store
        self._key = key
        self._path = path
        with naming(store, path):
            self._stream = store.files().open(key)
        self._digest = hashlib.sha256()

    def read(self, size: int, /) -> bytes:
        """Return the next bytes.

        Raises:
            CorruptObject: the content is damaged; said at the end at the latest.
        """
        with naming(self._store, self._path):
            found = self._stream.read(size) or b""
            self._digest.update(found)
            if not found and self._digest.hexdigest() != self._key:
                raise damaged("fails its checksum")
        return found

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()


@dataclass(frozen=True)
class Archive:
    """An archive that is ready to be sent or written: whoever got it closes it.

    It is iterated over as the members of a zip file. `items` has all files but those at the top,
    `readme` and `manifest`; `spool` holds the texts. `missing` files could not be read.
    """

    name: str
    store: Store
    spool: Spool
    items: Items
    readme: Item
    manifest: Item
    missing: int

    @property
    def etag(self) -> str:
        """The name of the state of the archive: the manifest names every byte of it."""
        return self.manifest.key

    @cached_property
    def length(self) -> int:
        """The length of the zip file in bytes."""
        return stream.length(self)

    def __iter__(self) -> Iterator[Member]:
        """Yield the members of the zip file."""
        for item in self.present():
            yield Member(item.path, item.size, partial(self.open, item))

    def present(self) -> Iterator[Item]:
        """Yield all files, the manifest at the end."""
        yield self.readme
        yield from self.items.present()
        yield self.manifest

    def open(self, item: Item) -> Source:
        """Return a source of the content of a file."""
        return opened(item, self.spool, self.store)

    def close(self) -> None:
        """Forget the texts and the list of files."""
        self.items.close()
        self.spool.close()


def opened(item: Item, spool: Spool, store: Store) -> Source:
    """Return a source of the content of a file."""
    span = item.span
    if span is not None:
        return spool.source(span)
    return Checked(store, item.key, item.stored or item.path)


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
        listing = self._long_text(MANIFEST, manifest(uuid, self.items, page, tree.notes))
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
            size = sizes.get(key or "")
            problem = None if size is not None else MISSING if key else MALFORMED
            item = Item(
                checked(names.file(path)),
                size or 0,
                well_formed(key or ""),
                node["uuid"],
                well_formed(path),
                problem=problem,
            )
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
        return self._long_text(path, (text,), node)

    def _long_text(self, path: str, parts: Iterable[bytes], node: str | None = None) -> Item:
        """Return a text that comes in parts as a file; no other text may be added meanwhile."""
        digest, offset = hashlib.sha256(), self._spool.size
        for part in parts:
            digest.update(part)
            self._spool.add(part)
        size = self._spool.size - offset
        return Item(checked(path), size, digest.hexdigest(), node, offset=offset)


def _has_files(node: Mapping[str, Any]) -> bool:
    return next(every_file(decoded(node["repository_metadata"])), None) is not None
