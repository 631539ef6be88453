"""All files of a node, in all of its folders. Floor: translators."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

from provender.errors import StoreError
from provender.logs import printable
from provender.plurals import counted
from provender.query.plan.views import View
from provender.query.querystring.advice import Note
from provender.schema.statements import Record as Values
from provender.store.cancellation import current
from provender.store.files.tree import every_file
from provender.store.stores import Store
from provender.translators.files import TREE
from provender.translators.flaws import BAD_VALUE
from provender.translators.identity import One
from provender.translators.inquiry import Inquiry
from provender.translators.parts.attached import CUT, Part
from provender.translators.records import Record, decoded
from provender.translators.session import Session

# Files whose sizes are read without further ado.
MANY = 200
FILES = "files"


@dataclass(frozen=True, slots=True)
class FileTree:
    """The files of a node: their paths and keys; more than `most` are not shown."""

    files: tuple[tuple[str, str | None], ...]
    most: int

    def part(self, store: Store) -> Part:
        """Return `{path, size, sha256}` of each file.

        The size is null if the content is missing, or if no file can be read at all.
        """
        shown, notes = self.files[: self.most], list(self._notes())
        sizes: dict[str, int] = {}
        keys = {key for _, key in shown if key is not None}
        try:
            sizes = store.files().sizes(keys) if keys else {}
        except StoreError as error:
            text = f"The sizes of `{FILES}` cannot be shown: {printable(error.message)}"
            notes.append(Note(error.code, text, FILES))
        records: list[Record] = []
        for path, key in shown:
            current().check()
            records.append({"path": path, "size": sizes.get(key or ""), "sha256": key})
        return Part(records, tuple(notes))

    def _notes(self) -> tuple[Note, ...]:
        notes = []
        if len(self.files) > self.most:
            text = f"`{FILES}` shows the first {self.most} (`limits.archive_files`)."
            notes.append(Note(CUT, text, FILES))
        if bad := sum(key is None for _, key in self.files[: self.most]):
            text = f"`{TREE}` holds {counted(bad, 'files')} without a key that can be read."
            notes.append(Note(BAD_VALUE, text, FILES))
        return tuple(notes)


class FileTreeOf(Inquiry[list[Values], FileTree]):
    """All files of a node, `most` of them at most."""

    is_single: ClassVar[bool] = True

    def __init__(self, view: View, identifier: str | int, most: int) -> None:
        self._one = One(view, identifier, (TREE,))
        self._most = most

    def read(self, session: Session) -> list[Values]:
        """Return the rows of the id, two at most."""
        return session.parsed(self._one.plan)

    def present(self, raw: list[Values]) -> FileTree:
        """Return the files in the order of their paths, and one more if there are too many."""
        (text,) = self._one.only(raw)
        return FileTree(tuple(islice(every_file(decoded(text)), self._most + 1)), self._most)
