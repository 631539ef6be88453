"""An archive that is ready to be sent or written: what is in it is known. Floor: translators."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

from provender.exports.texts import well_formed
from provender.exports.zips.members import Member, Source
from provender.exports.zips.stream import Zip
from provender.safenames import Names
from provender.store.stores import Store
from provender.translators.zips.items import Item, Items, problem_of
from provender.translators.zips.sources import ChecksumsOfStore, opened
from provender.translators.zips.spool import Spool


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
    readme: Item | None
    manifest: Item
    missing: int

    @property
    def filename(self) -> str:
        """The name of the zip file."""
        return f"{self.name}.zip"

    @property
    def etag(self) -> str:
        """The name of the state of the archive: the manifest names every byte of it."""
        return self.manifest.key

    @cached_property
    def zip(self) -> Zip:
        """The zip file."""
        return Zip(self, ChecksumsOfStore(self.store))

    def __iter__(self) -> Iterator[Member]:
        """Yield the members of the zip file."""
        for item in self.present():
            key = item.key if item.span is None else None
            yield Member(item.path, item.size, partial(self.open, item), key, item.crc)

    def present(self) -> Iterator[Item]:
        """Yield all files, the manifest at the end."""
        if self.readme is not None:
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


def text_item(spool: Spool, path: str, parts: Iterable[bytes], node: str | None = None) -> Item:
    """Return a text that comes in parts as a file; no other text may be added meanwhile."""
    digest, crc, offset = hashlib.sha256(), 0, spool.size
    for part in parts:
        digest.update(part)
        crc = zlib.crc32(part, crc)
        spool.add(part)
    size = spool.size - offset
    return Item(path, size, digest.hexdigest(), node, offset=offset, crc=crc)


def stored_item(
    path: str, key: str | None, sizes: Mapping[str, int], node: str | None, names: Names
) -> Item:
    """Return a stored file of a node, its path there being `path`; `names` names it here."""
    size = sizes.get(key or "")
    problem = problem_of(key, size)
    return Item(
        names.file(path),
        0 if problem else size or 0,
        well_formed(key or ""),
        node,
        well_formed(path),
        problem=problem,
    )
