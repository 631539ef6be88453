"""The stored arrays of a node: which there are, and each of them. Floor: translators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from provender.errors import CannotExport, CorruptObject, NoSuchEntity, NoSuchFile
from provender.exports.arrayfiles.formats import open_array
from provender.exports.arrayfiles.header import Header
from provender.exports.texts import well_formed
from provender.nearest import nearest
from provender.query.querystring.advice import Note
from provender.store.cancellation import current
from provender.store.files.streams import ObjectStream
from provender.store.files.tree import Tree, file_key, located
from provender.store.stores import Store
from provender.translators.records import Record, decoded, json_object
from provender.translators.subject import SubjectRow
from provender.translators.subjects import naming, open_key

ENDING = ".npy"
ATTRIBUTE = "array|"
UNREADABLE = "unreadable-array"
# Names that an error lists.
MOST_NAMES = 50


@dataclass(frozen=True, slots=True)
class StoredArray:
    """An array of a node: its name, and the SHA-256 of its file."""

    name: str
    key: str

    @property
    def filename(self) -> str:
        """The name of its file."""
        return f"{self.name}{ENDING}"

    def open(self, store: Store) -> ObjectStream:
        """Return a stream over its file; raises `CorruptObject` naming the file."""
        return open_key(store, self.key, self.filename)


@dataclass(frozen=True, slots=True)
class NodeArrays:
    """The arrays of a node: those that its attributes name, and files that end in `.npy`."""

    pk: int
    uuid: str | None
    attributes: str | None
    names: tuple[str, ...]
    tree: Tree

    def stored(self, name: str) -> StoredArray:
        """Return an array.

        Raises:
            NoSuchEntity: the node has no array of that name.
            NoSuchFile: its attributes name the array, but it has no file.
        """
        if name not in self.names:
            raise NoSuchEntity(f"The node has no array `{name}`.", hint=self._hint(name))
        try:
            key = file_key(located(self.tree, f"{name}{ENDING}"))
        except NoSuchFile as error:
            raise NoSuchFile(f"The file of the array `{name}` is missing.") from error
        return StoredArray(name, key)

    def _hint(self, name: str) -> str:
        if not self.names:
            return "It has no arrays."
        close = nearest(name, self.names)
        meant = f"Did you mean `{close}`? " if close else ""
        more = ", ..." if len(self.names) > MOST_NAMES else ""
        return f"{meant}It has: {', '.join(self.names[:MOST_NAMES])}{more}."

    def described(self, store: Store) -> Described:
        """Return the shape and type of each array; of its file only the header is read."""
        records, notes = [], []
        for name in self.names:
            current().check()
            try:
                records.append(_record(name, self._header(store, name)))
            except (CannotExport, CorruptObject, NoSuchFile) as error:
                records.append(_record(name, None))
                text = f"The array `{name}` cannot be read. {error.message}"
                notes.append(Note(UNREADABLE, text, name, self.uuid))
        return Described(records, tuple(notes))

    def _header(self, store: Store, name: str) -> Header:
        stored = self.stored(name)
        with stored.open(store) as stream, naming(store, stored.filename):
            return open_array(stream).header

    def shown_attributes(self) -> orjson.Fragment:
        """Return the attributes of the node as they are stored."""
        return json_object(self.attributes)


@dataclass(frozen=True, slots=True)
class Described:
    """A record for each array, and notes on those that cannot be read."""

    records: list[Record]
    notes: tuple[Note, ...]


def arrays_of(row: SubjectRow) -> NodeArrays:
    """Return the arrays of a node."""
    tree = decoded(row.tree)
    found = (*_in_attributes(decoded(row.attributes)), *_in_files(tree))
    names = sorted(set(map(well_formed, found)))
    return NodeArrays(row.pk, row.uuid, row.attributes, tuple(names), tree)


def _in_attributes(attributes: dict[str, Any]) -> Iterator[str]:
    return (key.removeprefix(ATTRIBUTE) for key in attributes if key.startswith(ATTRIBUTE))


def _in_files(tree: Tree) -> Iterator[str]:
    files = tree.get("o")
    for name, entry in files.items() if isinstance(files, dict) else ():
        if name.endswith(ENDING) and isinstance(entry, dict) and "k" in entry:
            yield name.removesuffix(ENDING)


def _record(name: str, header: Header | None) -> Record:
    """Return the record of an array: null for what cannot be read."""
    return {
        "name": name,
        "dtype": str(header.dtype) if header else None,
        "shape": list(header.shape) if header else None,
        "bytes": header.size if header else None,
    }
