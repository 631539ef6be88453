"""The files of a calculation job, sent and brought back, and who holds them. Floor: translators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from provender.errors import NoSuchFile
from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.plan import Plan
from provender.query.plan.views import View, whole_vocabulary
from provender.query.querystring.advice import Note
from provender.query.querystring.desk.screen import INPUTS, OUTPUTS
from provender.schema.entities import NODE
from provender.schema.statements import Record as Values
from provender.store.stores import Store
from provender.translators.files import (
    RETRIEVED,
    TREE,
    FileEntry,
    check_type,
    column_at,
    entry_of,
)
from provender.translators.identity import One
from provender.translators.inquiry import Inquiry
from provender.translators.records import Record
from provender.translators.session import Session

NOTHING_RETRIEVED = "nothing-retrieved"


@dataclass(frozen=True, slots=True)
class Held:
    """A folder of files: the side of the job that it belongs to, and the node that holds it."""

    side: str
    uuid: str | None
    entry: FileEntry


@dataclass(frozen=True, slots=True)
class FilesOfJob:
    """The folders of a calculation job, and notes on what is not there."""

    pk: int
    folders: tuple[Held, ...]
    notes: tuple[Note, ...] = ()

    @property
    def count(self) -> int:
        """The number of entries of all folders."""
        return sum(held.entry.count for held in self.folders)

    def listing(self, store: Store, *, with_metadata: bool = False) -> list[Record]:
        """Return the entries of all folders.

        Shape: that of `FileEntry.listing`, and `side`, `uuid` of the node that holds the file, and
        `path` in it.

        Raises:
            NoSuchFile: no folder is there.
        """
        records: list[Record] = []
        missing: NoSuchFile | None = None
        found = 0
        for held in self.folders:
            try:
                records += _of(held, store, with_metadata=with_metadata)
                found += 1
            except NoSuchFile as error:
                missing = error
        if missing is not None and not found:
            raise missing
        return records


def _of(held: Held, store: Store, *, with_metadata: bool) -> Iterator[Record]:
    """Yield the entries of a folder, each with the node that holds it."""
    folder = "/".join(name for name in held.entry.path.split("/") if name not in ("", "."))
    for item in held.entry.listing(store, with_metadata=with_metadata):
        path = f"{folder}/{item['name']}" if folder else item["name"]
        yield {"side": held.side, "uuid": held.uuid, "path": path, **item}


class JobFiles(Inquiry[tuple[Values, list[Values]], FilesOfJob]):
    """The files of a calculation job in a folder, on some sides; its id may be that of any node.

    `read` raises `NoSuchEntity` for a node of another type.
    """

    def __init__(
        self, nodes: View, view: View, identifier: str | int, path: str, sides: tuple[str, ...]
    ) -> None:
        self._view = view
        self._identifier = identifier
        self._path = path
        self._sides = sides
        columns = ("uuid", column_at(path))
        self._one = One(nodes, identifier, ("id", "node_type", *columns))
        self._created = questions.inside(_created(), columns)

    def read(self, session: Session) -> tuple[Values, list[Values]]:
        """Return the row of the job, and that of its retrieved folder if there is one."""
        row = self._one.only(session.parsed(self._one.plan))
        check_type(row[1], self._view, self._identifier)
        if OUTPUTS not in self._sides:
            return row, []
        created = questions.narrowed(self._created, questions.START, "id", row[0])
        return row, session.parsed(created)

    def present(self, raw: tuple[Values, list[Values]]) -> FilesOfJob:
        """Return the folders."""
        (pk, _, uuid, text), retrieved = raw
        rows = [(INPUTS, uuid, text)] + [(OUTPUTS, *row) for row in retrieved]
        folders = tuple(
            Held(side, holder, FileEntry(pk, self._path, entry_of(tree, self._path)))
            for side, holder, tree in rows
            if side in self._sides
        )
        notes = tuple(note for held in folders for note in held.entry.notes)
        if OUTPUTS in self._sides and not retrieved:
            words = f"The job has no folder `{RETRIEVED}`: no file was brought back."
            notes = (*notes, Note(NOTHING_RETRIEVED, words, OUTPUTS))
        return FilesOfJob(pk, folders, notes)


@cache
def _created() -> Plan:
    question = questions.from_created(RETRIEVED, ["uuid", TREE])
    return planning.check(question, {"node": whole_vocabulary(NODE)})
