"""The files of an older archive: their hashes, and where their contents stand. Floor: store.

Archives of versions 0.1 to 0.13 keep the files of a node in folders named by its uuid. Today they
are kept by the SHA-256 of their contents, so each is read once. What stands in a zip or in an
uncompressed tar is served from there; the contents of a compressed tar are unpacked into one file
of the cache, equal contents once.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NamedTuple

from provender.errors import CorruptObject
from provender.store.cacheentry import blamed
from provender.store.files.archived import PACKED, Spot
from provender.store.files.streams import KEY
from provender.store.files.tars import Readable
from provender.store.legacy.members import unpacks_to
from provender.store.legacy.origin import Remarks
from provender.store.legacy.staging import clean

BLOCK = 1 << 18
SECTIONS = ("path", "raw_input")
# Parts of a name: nodes/ab/cd/ef…/section, and what is below.
DEPTH = 5
# Bytes of a file that a step reads whole.
LARGEST_READ = 64 << 20
LONGEST_PATH = 4096


NO_FILES = "{}"
MARKS = 1 << 23


class Refused(NamedTuple):
    """Why a member is no file of a node."""

    kind: str


OUTSIDE = Refused("files outside of `path` and `raw_input` are not served")


class NodeFile(NamedTuple):
    """A file or folder of a node: where it belongs."""

    uuid: str
    section: str
    path: str


def placed(name: str, *, is_folder: bool) -> NodeFile | Refused | None:
    """Return where a member below `nodes/` belongs; None for what says nothing.

    Example:
        `nodes/c1/87/9cbe-…/path/out/a.txt` is `out/a.txt` of the node `c1879cbe-…`.
    """
    if name.startswith("/") or ".." in name.split("/") or "\0" in name:
        return Refused("members with unsafe names were left out")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if len(parts) < DEPTH or parts[0] != "nodes":
        return None
    if parts[4] not in SECTIONS:
        return (
            None if is_folder else Refused("files outside of `path` and `raw_input` are not served")
        )
    if len(parts) == DEPTH:
        return None
    path = "/".join(parts[DEPTH:])
    if len(path) > LONGEST_PATH:
        return Refused("members with very long names were left out")
    return NodeFile("".join(parts[1:4]).lower(), parts[4], clean(path))


class FileTable:
    """The files of all nodes, in the tables `staged.file` and `objects.object`."""

    def __init__(
        self, connection: sqlite3.Connection, pack: Path, most_bytes: int, remarks: Remarks
    ) -> None:
        """Write to a connection; `most_bytes` are those that `pack` may get."""
        self._connection = connection
        self.pack = pack
        self._most_bytes = most_bytes
        self._pack: IO[bytes] | None = None
        self._note = remarks.note
        # A bit for each hash of a uuid that has files: most nodes have none, and are not looked up.
        self._marks = bytearray(MARKS // 8)

    def close(self) -> None:
        """Close the file of unpacked contents."""
        if self._pack is not None:
            with blamed(self.pack.parent.parent):
                self._pack.close()

    def folder(self, place: NodeFile) -> None:
        """Note a folder."""
        self._insert(place, None)

    def file(self, place: NodeFile, content: Readable, spot: Spot | None) -> None:
        """Note a file: what it holds, and the spot where that stands, if it can be served there."""
        try:
            key = self.object(content, spot)
        except CorruptObject as error:
            self._note("files are damaged and were left out", f"{place.uuid}/{place.path}: {error}")
            return
        self._insert(place, key)

    def object(self, content: Readable, spot: Spot | None) -> str:
        """Note a content, read to its end; return its SHA-256."""
        digest = hashlib.sha256()
        if spot is not None:
            for block in iter(lambda: content.read(BLOCK), b""):
                digest.update(block)
        else:
            spot = self._unpack(content, digest.update)
        key = digest.hexdigest()
        added = self._connection.execute(
            "INSERT OR IGNORE INTO objects.object VALUES (?, ?, ?, ?, ?, ?)", (key, *spot)
        )
        if not added.rowcount and spot.method == PACKED:
            self._forget(spot)
        return key

    def has(self, key: str) -> bool:
        """Return whether a content is known."""
        sql = "SELECT 1 FROM objects.object WHERE key = ?"
        return self._connection.execute(sql, (key,)).fetchone() is not None

    def tree(self, uuid: str) -> dict[str, Any]:
        """Return the files of a node as AiiDA writes them: `{"o": {name: {"k": …}}}`."""
        top: dict[str, Any] = {}
        place, bit = divmod(hash(uuid) % MARKS, 8)
        if not self._marks[place] >> bit & 1:
            return top
        rows = self._connection.execute(
            "SELECT path, key FROM staged.file WHERE uuid = ? ORDER BY path", (uuid,)
        )
        for path, key in rows:
            entry: dict[str, Any] | None = top
            for name in path.split("/"):
                if entry is None or "k" in entry:
                    self._note("folders have the name of a file and were left out", path)
                    break
                entry = entry.setdefault("o", {}).setdefault(name, {})
            else:
                if key is not None and entry is not None and "o" not in entry:
                    entry["k"] = key
        return top

    def content(self, uuid: str, path: str, read: Callable[[Spot], bytes]) -> bytes | None:
        """Return the content of a file of a node; None if there is none, or it is too large."""
        found = self._connection.execute(
            "SELECT f.key, o.place, o.length, o.size, o.method, o.crc FROM staged.file f "
            "JOIN objects.object o ON o.key = f.key WHERE f.uuid = ? AND f.path = ?",
            (uuid.lower(), path),
        ).fetchone()
        if found is None or found[3] > LARGEST_READ:
            return None
        if self._pack is not None:
            self._pack.flush()
        return read(Spot(*found[1:]))

    def drop(self, uuid: str, path: str) -> None:
        """Take a file of a node out of its tree."""
        self._connection.execute(
            "DELETE FROM staged.file WHERE uuid = ? AND path = ?", (uuid.lower(), path)
        )

    def _insert(self, place: NodeFile, key: str | None) -> None:
        """Note a file or folder; a file of `raw_input` wins over one of `path`."""
        byte, bit = divmod(hash(place.uuid) % MARKS, 8)
        self._marks[byte] |= 1 << bit
        values = (place.uuid, place.path, place.section, key)
        added = self._connection.execute(
            "INSERT OR IGNORE INTO staged.file VALUES (?, ?, ?, ?)", values
        )
        if added.rowcount:
            return
        sql = "INSERT OR REPLACE INTO staged.file VALUES (?, ?, ?, ?)"
        before = self._connection.execute(
            "SELECT section, key FROM staged.file WHERE uuid = ? AND path = ?", values[:2]
        ).fetchone()
        if before[1] is None or (key is not None and before[0] < place.section):
            self._connection.execute(sql, values)
        if before[1] is not None and key is not None:
            self._note("files of one name: one of them was left out", f"{place.uuid}/{place.path}")

    def _unpack(self, content: Readable, seen: Callable[[bytes], None]) -> Spot:
        """Copy a content into the cache; return where it stands there."""
        with blamed(self.pack.parent.parent):
            if self._pack is None:
                self._pack = self.pack.open("xb")
            start, size, crc = self._pack.tell(), 0, 0
        while block := content.read(BLOCK):
            seen(block)
            crc = zlib.crc32(block, crc)
            size += len(block)
            if start + size > self._most_bytes:
                raise unpacks_to("The archive", start + size, self._most_bytes)
            with blamed(self.pack.parent.parent):
                self._pack.write(block)
        return Spot(start, size, size, PACKED, crc)

    def _forget(self, spot: Spot) -> None:
        """Take back a content that was there before."""
        if self._pack is not None:
            self._pack.seek(spot.place)
            self._pack.truncate()


def of_row(found: object, has: Callable[[str], bool], remarks: Remarks) -> dict[str, Any]:
    """Return the files of a node of a development version, which its row tells, in today's form."""
    if not isinstance(found, dict):
        return {}
    below = found.get("o", found.get("objects"))
    names = below.items() if isinstance(below, dict) else ()
    entry = {}
    for name, item in names:
        key = item.get("k", item.get("key")) if isinstance(item, dict) else None
        if key is None:
            entry[name] = of_row(item, has, remarks)
        elif isinstance(key, str) and KEY.fullmatch(key) and has(key):
            entry[name] = {"k": key}
        else:
            remarks.note("files have no content in the archive and were left out", name)
    return {"o": entry} if entry else {}


def as_json(tree: dict[str, Any]) -> str:
    """Return the files of a node as JSON."""
    return json.dumps(tree) if tree else NO_FILES
