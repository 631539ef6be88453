"""Examining a store: its contents, and whether its files can be read. Floor: store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from provender.errors import ProvenderError
from provender.schema.statements import Backend
from provender.schema.tables import Index
from provender.store import rowcheck
from provender.store.database.snapshot import Snapshot
from provender.store.files.streams import CHUNK, damaged
from provender.store.files.tree import Tree, walk
from provender.store.inspection import counts, missing_indexes
from provender.store.legacy.origin import Origin, Remark
from provender.store.rowcheck import Rows
from provender.store.stores import Store

# Nodes that are examined to find one file: most nodes have none.
NODES_PER_FILE = 20


@dataclass(frozen=True, slots=True)
class FileFault:
    """A file that cannot be read: of which node, under which path, and why."""

    node: str
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Health:
    """The result of an examination.

    `files_read` is the number of files that were read and compared with their checksums;
    `repository_problem` is set instead if no file can be read at all. `rows` are a sample of them.
    `origin` is what an archive was written as.
    """

    revision: str
    origin: Origin | None
    counts: dict[str, int]
    indexes_missing: tuple[Index, ...]
    files_read: int
    bytes_read: int
    faults: tuple[FileFault, ...]
    repository_problem: str | None
    rows: Rows
    sorts_texts_by_index: bool

    @property
    def is_sound(self) -> bool:
        """Whether everything that was examined can be served."""
        return not self.faults and self.repository_problem is None

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What the reading of an archive left out or changed."""
        return self.origin.remarks if self.origin is not None else ()


def examine(store: Store, files: int, progress: Callable[[int], None] | None = None) -> Health:
    """Return the health of a store; reads at most `files` of its files, spread over all nodes.

    `progress` gets the number of files done. Raises `StoreError` if the database fails.
    """

    def look(snapshot: Snapshot) -> tuple[dict[str, int], tuple[Index, ...], list[Any], Rows]:
        numbers, backend = counts(snapshot), store.reader.backend
        sample = _sample(snapshot, numbers["nodes"], files, backend)
        return numbers, missing_indexes(snapshot, backend), sample, rowcheck.sample(snapshot)

    numbers, lacking, sample, rows = store.reader.within(look)
    problem = store.repository_problem
    read, size, faults = 0, 0, []
    for uuid, path, key in sample if store.objects is not None else ():
        try:
            size += _verify(store, key)
        except ProvenderError as error:
            faults.append(FileFault(uuid, path, error.message))
        read += 1
        if progress is not None:
            progress(read)
    return Health(
        store.revision,
        store.origin,
        numbers,
        lacking,
        read,
        size,
        tuple(faults),
        None if problem is None or not sample else _words(problem),
        rows,
        not any(index.pattern for index in lacking),
    )


def _words(error: ProvenderError) -> str:
    return " ".join(filter(None, (error.message, error.reason, error.hint)))


def _sample(
    snapshot: Snapshot, nodes: int, files: int, backend: Backend
) -> list[tuple[str, str, str]]:
    """Return uuid, path and key of files of nodes spread evenly over the ids."""
    if files <= 0:
        return []
    step = max(1, nodes // (files * NODES_PER_FILE))
    mark = ":step" if backend is Backend.SQLITE else "%(step)s"
    modulo = "%" if backend is Backend.SQLITE else "%%"
    rows = snapshot.read(
        "SELECT CAST(uuid AS TEXT), CAST(repository_metadata AS TEXT) FROM db_dbnode "  # noqa: S608 - ours
        f"WHERE CAST(repository_metadata AS TEXT) <> '{{}}' AND id {modulo} {mark} = 0 ORDER BY id",
        {"step": step},
    )
    found: list[tuple[str, str, str]] = []
    seen: set[str] = set()
    for uuid, text in rows:
        for path, key in walk(_tree(text)):
            if key not in seen:
                seen.add(key)
                found.append((str(uuid), path, key))
    every = max(1, len(found) // files)
    return found[::every][:files]


def _tree(text: str | bytes) -> Tree:
    """Return a stored tree of files; one that cannot be read has no files."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _verify(store: Store, key: str) -> int:
    """Read an object to its end and return its size; raises `CorruptObject` for a wrong size."""
    digest, size = hashlib.sha256(), 0
    with store.files().open(key) as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    if digest.hexdigest() != key:
        raise damaged("fails its checksum")
    return size
