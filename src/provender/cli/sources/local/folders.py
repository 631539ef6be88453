"""Files of a store that are written into a folder. Floor: cli."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from provender.exports.zips.members import Source
from provender.translators.archive.layout import MANIFEST
from provender.translators.archive.packing import Packing
from provender.translators.zips.archive import Archive, text_item
from provender.translators.zips.items import DAMAGED, Item, Items

# Gives the parts of the manifest, of all files and of the page that is not one of the store.
Listed = Callable[[Items, Item | None], Iterator[bytes]]


class OfSelection:
    """The files of the nodes of a selection."""

    def __init__(self, archive: Archive, listed: Listed, skipped: int) -> None:
        self._archive = archive
        self._listed = listed
        self._skipped = skipped
        self._spoiled = 0

    @property
    def name(self) -> str:
        """The name of the folder if nobody gives it another one."""
        return self._archive.name

    def files(self) -> Iterator[Item]:
        """Yield all files but the manifest."""
        last = self._archive.manifest
        return (item for item in self._archive.present() if item is not last)

    def open(self, item: Item) -> Source:
        """Return the bytes of a file."""
        return self._archive.open(item)

    def spoil(self, item: Item) -> None:
        """List a file, and all with the same content, as damaged."""
        self._archive.items.spoil(item.key, DAMAGED)
        self._spoiled += 1

    def last(self) -> Sequence[Item]:
        """Return the manifest, made anew if files turned out to be damaged."""
        if not self._spoiled:
            return (self._archive.manifest,)
        parts = self._listed(self._archive.items, self._archive.readme)
        return (text_item(self._archive.spool, MANIFEST, parts),)

    @property
    def missing(self) -> int:
        """How many files could not be read."""
        return self._skipped + self._spoiled


class OfProcess:
    """The files of a process, and of all that it called."""

    def __init__(self, packing: Packing) -> None:
        self._packing = packing
        self._archive: Archive | None = None

    @property
    def name(self) -> str:
        """The name of the folder if nobody gives it another one."""
        return self._packing.name

    def files(self) -> Iterator[Item]:
        """Yield all files but the page at the top and the manifest."""
        return self._packing.items.present()

    def open(self, item: Item) -> Source:
        """Return the bytes of a file."""
        return (self._archive or self._packing).open(item)

    def spoil(self, item: Item) -> None:
        """List a file, and all with the same content, as damaged."""
        self._packing.spoil(item)

    def last(self) -> Sequence[Item]:
        """Write the page at the top and the manifest."""
        self._archive = self._packing.finished()
        return tuple(filter(None, (self._archive.readme, self._archive.manifest)))

    @property
    def missing(self) -> int:
        """How many files could not be read."""
        return self._archive.missing if self._archive is not None else 0
