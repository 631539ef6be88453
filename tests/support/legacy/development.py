"""Archives as development versions of AiiDA 2 wrote them: files in a container, trees in rows."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from contextlib import closing

SCHEMA = """CREATE TABLE db_object (
id INTEGER NOT NULL PRIMARY KEY, hashkey VARCHAR NOT NULL UNIQUE,
compressed BOOLEAN NOT NULL, size INTEGER NOT NULL, offset INTEGER NOT NULL,
length INTEGER NOT NULL, pack_id INTEGER NOT NULL)"""
CONFIGURATION = {
    "container_version": 1,
    "loose_prefix_len": 2,
    "pack_size_target": 4294967296,
    "hash_type": "sha256",
    "container_id": "0" * 32,
    "compression_algorithm": "zlib+1",
}
PLACES = ("loose", "packed", "compressed", "both")


def develop(draft, folder, place="loose", *, is_long=False):
    """Move the files of a draft into a container, and their trees into the rows of nodes.

    `place` says where objects are; `is_long` chooses the older spelling of the trees.
    """
    trees, objects, rest = {}, {}, {}
    for name, content in draft.members.items():
        parts = name.split("/")
        if parts[0] != "nodes" or len(parts) < 6:
            rest |= {} if parts[0] == "nodes" else {name: content}
            continue
        entry = trees.setdefault("".join(parts[1:4]), {})
        for part in parts[5:]:
            entry = entry.setdefault("o", {}).setdefault(part, {})
        if content is not None:
            entry["k"] = hashlib.sha256(content).hexdigest()
            objects[entry["k"]] = content
    draft.members = {**rest, **container(objects, folder, place)}
    for row in draft.rows.get("Node", {}).values():
        if tree := trees.get(row["uuid"]):
            row["repository_metadata"] = long(tree) if is_long else tree
    return draft


def long(tree, name=""):
    """Return a tree in the older spelling."""
    if "k" in tree:
        return {"name": name, "file_type": 1, "key": tree["k"], "objects": {}}
    below = {key: long(entry, key) for key, entry in tree.get("o", {}).items()}
    return {"name": name, "file_type": 0, "key": None, "objects": below}


def container(objects, folder, place):
    """Return the members of a container of objects by their keys."""
    members = {
        "container/config.json": json.dumps(CONFIGURATION).encode(),
        "container/sandbox": None,
        "container/duplicates": None,
        "container/loose": None,
        "container/packs": None,
    }
    if place in ("loose", "both"):
        for key, content in objects.items():
            members[f"container/loose/{key[:2]}/{key[2:]}"] = content
    rows, pack = [], b""
    for key, content in objects.items() if place != "loose" else ():
        stored = zlib.compress(content) if place == "compressed" else content
        rows.append((key, place == "compressed", len(content), len(pack), len(stored), 0))
        pack += stored
    if rows:
        members["container/packs/0"] = pack
    members["container/packs.idx"] = index(rows, folder)
    return members


def index(rows, folder, schema=SCHEMA):
    """Return the index of packs as the bytes of a SQLite database."""
    path = folder / "packs.idx"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(schema)
        connection.executemany(
            "INSERT INTO db_object (hashkey, compressed, size, offset, length, pack_id) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            rows,
        )
    return path.read_bytes()
