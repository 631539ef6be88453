"""What the members of a zip are read from: stored files, and texts. Floor: translators."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

from provender.exports.zips.members import Source
from provender.store.files.streams import ObjectStream, damaged
from provender.store.stores import Store
from provender.translators.subjects import naming
from provender.translators.zips.items import Item
from provender.translators.zips.spool import Spool

# Checksums that are noted before they are kept.
MANY = 2000


class Checked:
    """A stored file that compares what was read with the SHA-256 that its content should have.

    What is read from another place than the start is not compared.
    """

    def __init__(self, store: Store, key: str, path: str) -> None:
        self._store = store
        self._key = key
        self._path = path
        with naming(store, path):
            self._stream: ObjectStream = store.files().open(key)
        self._digest: Any = hashlib.sha256()

    def read(self, size: int, /) -> bytes:
        """Return the next bytes.

        Raises:
            CorruptObject: the content is damaged; said at the end at the latest.
        """
        with naming(self._store, self._path):
            found = self._stream.read(size) or b""
            if self._digest is not None:
                self._digest.update(found)
                if not found and self._digest.hexdigest() != self._key:
                    raise damaged("fails its checksum")
        return found

    def trust(self) -> None:
        """Compare nothing: whoever reads knows the CRC-32 of the content."""
        self._digest = None

    def approach(self, target: int, most: int) -> int:
        """Go towards a position; see `ObjectStream.approach`."""
        self.trust()
        with naming(self._store, self._path):
            return self._stream.approach(target, most)

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()


def opened(item: Item, spool: Spool, store: Store) -> Source:
    """Return a source of the content of a file."""
    span = item.span
    if span is not None:
        return spool.source(span)
    return Checked(store, item.key, item.stored or item.path)


class ChecksumsOfStore:
    """The CRC-32 of the files of a store: those it keeps itself, and those in the cache."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._noted: dict[str, int] = {}

    def find(self, keys: Collection[str]) -> Mapping[str, int]:
        """Return those that are known, by the SHA-256 of the contents."""
        found = self._store.files().checksums(keys)
        rest = [key for key in keys if key not in found]
        return {**self._store.checksums.find(rest), **found} if rest else found

    def note(self, key: str, crc: int) -> None:
        """Take that of a content that was read, and is sound."""
        self._noted[key] = crc
        if len(self._noted) >= MANY:
            self.flush()

    def flush(self) -> None:
        """Keep what was noted."""
        noted, self._noted = self._noted, {}
        own = self._store.files().checksums(noted) if noted else {}
        self._store.checksums.keep({key: crc for key, crc in noted.items() if key not in own})
