"""From a database that is written to the archive that is sent. Floor: translators.

The files of the store are looked up here, before the first byte is sent: AiiDA imports nothing of
an archive that lacks one. They are read when it is their turn.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from typing import IO

from provender.errors import CorruptObject
from provender.exports.zips.members import Member
from provender.exports.zips.stream import Zip
from provender.store.drafts import Draft
from provender.store.files.streams import KEYS_PER_QUERY
from provender.store.layout import ARCHIVE_DATABASE, METADATA
from provender.store.stores import Store
from provender.translators.portable.bounds import PortableBounds
from provender.translators.portable.metadata import metadata
from provender.translators.portable.reading import Drafted
from provender.translators.zips.archive import text_item
from provender.translators.zips.bounds import Bounds
from provender.translators.zips.items import Item, Items, problem_of
from provender.translators.zips.sources import ChecksumsOfStore, opened
from provender.translators.zips.spool import Spool

BLOCK = 1 << 20
NAME = "nodes.aiida"


@dataclass(frozen=True, slots=True)
class Size:
    """How much an archive holds: nodes, links, contents of files, and the bytes of these."""

    nodes: int
    links: int
    files: int
    file_bytes: int


@dataclass(frozen=True)
class PortableArchive:
    """An archive that is ready to be sent: whoever got it closes it.

    It is iterated over as the members of a zip file, in the order in which AiiDA looks for them.
    """

    store: Store
    draft: Draft
    spool: Spool
    about: Item
    database: Member
    items: Items
    size: Size
    etag: str

    @property
    def filename(self) -> str:
        """The name of the file."""
        return NAME

    @cached_property
    def zip(self) -> Zip:
        """The zip file."""
        return Zip(self, ChecksumsOfStore(self.store))

    def __iter__(self) -> Iterator[Member]:
        """Yield the members."""
        yield self._member(self.about)
        yield self.database
        for item in self.items:
            yield self._member(item)

    def _member(self, item: Item) -> Member:
        key = item.key if item.span is None else None
        content = partial(opened, item, self.spool, self.store)
        return Member(item.path, item.size, content, key, item.crc)

    def figures(self) -> dict[str, int]:
        """Return how large it is, as a dry run tells it."""
        size = self.size
        return {
            "nodes": size.nodes,
            "links": size.links,
            "files": size.files,
            "file_bytes": size.file_bytes,
            "bytes": self.zip.length,
        }

    def close(self) -> None:
        """Forget the database, the texts and the list of files."""
        self.items.close()
        self.spool.close()
        self.draft.close()


def pack(drafted: Drafted, store: Store, bounds: PortableBounds) -> PortableArchive:
    """Return the archive of a draft, which is closed with it, or if this fails.

    Raises:
        CorruptObject: the store lacks a file; the message names it.
        SelectionTooLarge: there are more files than the bounds allow.
        QueryTimeout: it takes longer.
    """
    draft, spool, items = drafted.draft, Spool(Bounds()), Items(Bounds())
    try:
        bounds.begin()
        nodes, links = draft.number_of("db_dbnode"), draft.number_of("db_dblink")
        total = _look_up(draft, store, bounds, items)
        bounds.check_members(nodes, items.number, total)
        about = text_item(spool, METADATA, metadata(drafted))
        draft.settle()
        database, digest = _database(draft.path, bounds)
        etag = hashlib.sha256(f"{about.key} {digest}".encode()).hexdigest()
        size = Size(nodes, links, items.number, total)
        return PortableArchive(store, draft, spool, about, database, items, size, etag)
    except BaseException:
        items.close()
        spool.close()
        draft.close()
        raise


def _look_up(draft: Draft, store: Store, bounds: PortableBounds, items: Items) -> int:
    """List all contents, and return their bytes together."""
    files, total = draft.files(), 0
    while some := list(islice(files, KEYS_PER_QUERY)):
        bounds.tick()
        sizes = store.files().sizes([key for key, _, _ in some])
        for key, uuid, path in some:
            size = sizes.get(key)
            problem = problem_of(key, size)
            if problem is not None or size is None:
                store.files().confirm()
                raise CorruptObject(
                    f"`{path}` of the node {uuid} cannot be in an archive: {problem}.",
                    hint="AiiDA imports no archive that lacks a file. Choose other nodes.",
                )
            items.add(Item(f"repo/{key}", size, key, uuid, path))
            total += size
    return total


def _database(path: Path, bounds: PortableBounds) -> tuple[Member, str]:
    """Return the database as a member, and its SHA-256."""
    digest, crc, size = hashlib.sha256(), 0, 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            bounds.tick()
            digest.update(block)
            crc, size = zlib.crc32(block, crc), size + len(block)
    return Member(ARCHIVE_DATABASE, size, partial(_FromDisk, path), None, crc), digest.hexdigest()


class _FromDisk:
    """A file of the cache, any part of which can be read."""

    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = path.open("rb")

    def read(self, size: int, /) -> bytes:
        """Return the next bytes."""
        return self._file.read(size)

    def approach(self, target: int, most: int) -> int:
        """Go to a position."""
        del most
        return self._file.seek(target)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
