"""What a store answers about the files of one node. Floor: cli."""

from __future__ import annotations

from dataclasses import dataclass

from provender.cli.sources.source import Opened, Page
from provender.query.querystring.advice import Note
from provender.store.registry import StoreRegistry
from provender.translators import flaws, inquiry
from provender.translators.files import FileEntry, FilesOf
from provender.translators.zips.sources import Checked
from provender.web.routes import views


@dataclass(frozen=True, slots=True)
class LocalFiles:
    """Asks translators about files."""

    registry: StoreRegistry

    def listed(self, uuid: str, path: str, *, long: bool) -> Page:
        """Return the entries of a folder."""
        entry, notes = self._entry(uuid, path)
        found = entry.listing(self.registry.get(), with_metadata=long)
        return Page(found, len(found), (*notes, *entry.notes))

    def opened(self, uuid: str, path: str) -> Opened:
        """Open a file, whose bytes are compared with its SHA-256 while they are read."""
        entry, _ = self._entry(uuid, path)
        file, store = entry.file(), self.registry.get()
        size = store.files().sizes({file.key}).get(file.key)
        return Opened(Checked(store, file.key, path), size, file.key)

    def _entry(self, uuid: str, path: str) -> tuple[FileEntry, tuple[Note, ...]]:
        question, store = FilesOf(views.NODES, uuid, path), self.registry.get()
        reading = inquiry.read(question, store)
        return question.present(reading.raw), flaws.notes(reading.flaws)
