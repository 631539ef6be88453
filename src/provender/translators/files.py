"""The files of a node: the entries of a folder, and a file itself. Floor: translators."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, ClassVar

from provender.errors import CorruptObject, NoSuchEntity
from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.plan import Plan
from provender.query.plan.views import View, whole_vocabulary
from provender.query.querydict import Dotted
from provender.query.querystring.advice import Note
from provender.schema.entities import NODE, FieldName
from provender.schema.statements import MOST_FLAWS
from provender.schema.statements import Record as Values
from provender.store.cancellation import current
from provender.store.files.streams import ObjectStream
from provender.store.files.tree import Entry, Tree, entries, file_key, malformed, place
from provender.store.stores import Store
from provender.translators import flaws
from provender.translators.flaws import LONGEST_NAME
from provender.translators.identity import One
from provender.translators.inquiry import Inquiry
from provender.translators.records import Record, decoded, is_object
from provender.translators.session import Session
from provender.translators.subjects import open_key

# Bytes that are read to tell a binary file from a text file.
BINARY_SAMPLE = 4096
OCTETS = "application/octet-stream"
# The table of Python; with the table of the machine, answers would differ between machines.
MIME_TYPES = mimetypes.MimeTypes(filenames=())
TREE = "repository_metadata"
# Label of the link to the folder that a calculation job brought back.
RETRIEVED = "retrieved"


@dataclass(frozen=True, slots=True)
class File:
    """A file of a node: its name with the path, and the SHA-256 of its content."""

    path: str
    key: str

    def open(self, store: Store) -> ObjectStream:
        """Return a stream over the content; raises `CorruptObject` naming the file."""
        return open_key(store, self.key, self.path)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """The entry at a path in the repository of a node; `entry` is None if there is none."""

    pk: int
    path: str
    entry: Tree | None

    @property
    def count(self) -> int:
        """The number of entries of the folder."""
        below = (self.entry or {}).get("o")
        return len(below) if isinstance(below, dict) else 0

    def file(self) -> File:
        """Return the file; raises `NoSuchFile` if the entry is not a file."""
        return File(self.path, file_key(self.entry))

    @property
    def notes(self) -> tuple[Note, ...]:
        """What is wrong with the entries of the folder."""
        return tuple(
            Note(
                flaws.BAD_VALUE,
                f"`{TREE}` of id {self.pk} cannot be shown in full: what is stored of the entry "
                f"`{name[:LONGEST_NAME]}` is neither a file nor a folder.",
                TREE,
            )
            for name in malformed(self.entry)[:MOST_FLAWS]
        )

    def listing(self, store: Store, *, with_metadata: bool = False) -> list[Record]:
        """Return the entries of the folder.

        With metadata a file also has `size` in bytes (null if the content is missing),
        `sha256`, `mime_type` and `binary`.
        """
        found = entries(self.entry, self.path)
        records: list[dict[str, Any]] = [{"name": item.name, "type": _kind(item)} for item in found]
        if with_metadata:
            sizes = store.files().sizes({item.key for item in found if item.key})
            for record, item in zip(records, found, strict=True):
                current().check()
                if item.is_file:
                    record |= {
                        "size": sizes.get(item.key or ""),
                        "sha256": item.key,
                        "mime_type": MIME_TYPES.guess_type(item.name)[0] or OCTETS,
                        "binary": _is_binary(store, item.key),
                    }
        return records


class FilesOf(Inquiry[list[Values], FileEntry]):
    """The entry at a path in the repository of a node; only that part of the tree is read."""

    is_single: ClassVar[bool] = True

    def __init__(self, view: View, identifier: str | int, path: str) -> None:
        self._path = path
        self._one = One(view, identifier, ("id", column_at(path)))

    def read(self, session: Session) -> list[Values]:
        """Return the rows of the id, two at most."""
        return session.parsed(self._one.plan)

    def present(self, raw: list[Values]) -> FileEntry:
        """Return the entry at the path."""
        pk, text = self._one.only(raw)
        return FileEntry(pk, self._path, entry_of(text, self._path))


class InputFiles(Inquiry[list[Values], FileEntry]):
    """The files that were sent to run a calculation job; its id may be that of any node."""

    is_single: ClassVar[bool] = True

    def __init__(self, nodes: View, view: View, identifier: str | int, path: str) -> None:
        self._view = view
        self._identifier = identifier
        self._path = path
        self._one = One(nodes, identifier, ("id", "node_type", column_at(path)))

    def read(self, session: Session) -> list[Values]:
        """Return the rows of the id, two at most."""
        return session.parsed(self._one.plan)

    def present(self, raw: list[Values]) -> FileEntry:
        """Return the entry at the path."""
        pk, node_type, text = self._one.only(raw)
        check_type(node_type, self._view, self._identifier)
        return FileEntry(pk, self._path, entry_of(text, self._path))


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The retrieved files of a calculation job; `entry` is None if the job has no such folder."""

    pk: int
    entry: FileEntry | None


class OutputFiles(Inquiry[tuple[int, list[Values]], Retrieved]):
    """The files that a calculation job brought back."""

    def __init__(self, nodes: View, view: View, identifier: str | int, path: str) -> None:
        self._view = view
        self._identifier = identifier
        self._path = path
        self._one = One(nodes, identifier, ("id", "node_type"))

    def read(self, session: Session) -> tuple[int, list[Values]]:
        """Return the pk of the job, and the row of its folder if there is one."""
        pk, node_type = self._one.read(session)
        check_type(node_type, self._view, self._identifier)
        return pk, session.parsed(retrieved_plan((self._path,), pk))

    def present(self, raw: tuple[int, list[Values]]) -> Retrieved:
        """Return the entry at the path in the folder."""
        pk, rows = raw
        if not rows:
            return Retrieved(pk, None)
        return Retrieved(pk, FileEntry(pk, self._path, entry_of(rows[0][0], self._path)))


def retrieved_plan(paths: Sequence[str], pk: int) -> Plan:
    """Return the plan of what lies at some paths in the folder that the job of a pk brought back.

    There is no row if it has no such folder.
    """
    plan = questions.inside(_created(len(paths)), [column_at(path) for path in paths])
    return questions.narrowed(plan, questions.START, "id", pk)


@cache
def _created(number: int) -> Plan:
    """Return the plan of as many trees, all of them that of the folder."""
    question = questions.from_created(RETRIEVED, [TREE])
    plan = planning.check(question, {"node": whole_vocabulary(NODE)})
    return replace(plan, outputs=plan.outputs * number)


def retrieved_files(session: Session, pk: int, paths: Sequence[str]) -> list[File | None]:
    """Return the files at some paths in the folder that a job brought back, by one statement."""
    rows = session.parsed(retrieved_plan(paths, pk))
    if not rows:
        return [None] * len(paths)
    return [_file(entry_of(text, path), path) for text, path in zip(rows[0], paths, strict=True)]


def _file(entry: Tree | None, path: str) -> File | None:
    return None if entry is None or "k" not in entry else File(path, file_key(entry))


def check_type(node_type: str | None, view: View, identifier: str | int) -> None:
    """Raise `NoSuchEntity` for a node that is not of the types of a view."""
    if not (node_type or "").startswith(view.subset):
        raise NoSuchEntity(f"node {identifier} is not of the required type {view.noun}")


def column_at(path: str) -> FieldName | Dotted:
    """Return the name of the part of a tree at a path; the whole tree for the root."""
    keys = place(path)
    return Dotted(TREE, keys) if keys else TREE


def entry_of(text: str | None, path: str) -> Tree | None:
    """Return the part of a tree that was read; nothing lies at a path that cannot be.

    What is not written as it should be is an empty top folder, and nothing below it.
    """
    keys = place(path)
    if keys is None or (keys and not is_object(text)):
        return None
    return decoded(text)


def _kind(entry: Entry) -> str:
    return "FILE" if entry.is_file else "DIRECTORY"


def _is_binary(store: Store, key: str | None) -> bool | None:
    """Return whether a file has a NUL byte in its beginning; None if it cannot be read."""
    if key is None:
        return None
    try:
        with store.files().open(key) as stream:
            return b"\0" in (stream.read(BINARY_SAMPLE) or b"")
    except CorruptObject:
        store.files().confirm()
        return None
