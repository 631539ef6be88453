"""Copies of the lab with one more file in the repository of a node, in each form of storing it."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import zipfile
import zlib
from contextlib import closing

NODE = "a8358adf-784e-45d5-9623-3b6914b7acac"
FORMS = ("loose", "packed", "compressed", "stored", "deflated")
"""Two of a folder of objects, one of them packed; packed and compressed; two of a zip."""
ARCHIVED = {"stored": zipfile.ZIP_STORED, "deflated": zipfile.ZIP_DEFLATED}


def path_of(name):
    """Return the path at which the file is served."""
    return f"/api/v4/nodes/{NODE}/repo/contents?filename={name}"


def sha256(blocks):
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()


def make(form, folder, unpacked, files):
    """Return a store in which the files of one node are these: blocks of bytes by name."""
    objects = {sha256(blocks): blocks for blocks in files.values()}
    tree = tree_of(files)
    if form in ARCHIVED:
        return _archive(folder, unpacked / "lab.aiida", tree, objects, ARCHIVED[form])
    shutil.copytree(unpacked / "sqlite_dos", folder / "profile")
    _point_to(folder / "profile" / "database.sqlite", tree)
    container = folder / "profile" / "container"
    if form == "loose":
        put(container, objects)
    else:
        _pack(container, objects, is_compressed=form == "compressed")
    return folder / "profile"


def change(store, files):
    """Let the node of a folder of objects have these files instead."""
    put(store / "container", {sha256(blocks): blocks for blocks in files.values()})
    _point_to(store / "database.sqlite", tree_of(files))


def tree_of(files):
    """Return the JSON that the database has of files at the top of a repository."""
    return json.dumps({"o": {name: {"k": sha256(blocks)} for name, blocks in files.items()}})


def put(container, objects):
    """Put contents into a container, by their keys."""
    for key, blocks in objects.items():
        path = container / "loose" / key[:2] / key[2:]
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as file:
            file.writelines(blocks)


def _point_to(database, tree):
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "UPDATE db_dbnode SET repository_metadata = ? WHERE uuid = ?", (tree, NODE)
        )


def _pack(container, objects, *, is_compressed):
    with (
        (container / "packs" / "0").open("wb") as file,
        closing(sqlite3.connect(container / "packs.idx")) as index,
        index,
    ):
        for key, blocks in objects.items():
            offset = file.tell()
            compressor = zlib.compressobj(1)
            for block in blocks:
                file.write(compressor.compress(block) if is_compressed else block)
            if is_compressed:
                file.write(compressor.flush())
            index.execute(
                "INSERT INTO db_object (hashkey, compressed, size, offset, length, pack_id) "
                "VALUES (?, ?, ?, ?, ?, 0)",
                (key, is_compressed, sum(map(len, blocks)), offset, file.tell() - offset),
            )


def _archive(folder, source, tree, objects, method):
    database = folder / "db.sqlite3"
    with zipfile.ZipFile(source) as old:
        database.write_bytes(old.read("db.sqlite3"))
        metadata = old.read("metadata.json")
    _point_to(database, tree)
    path = folder / "x.aiida"
    with zipfile.ZipFile(path, "w", method, compresslevel=1) as new:
        new.writestr("metadata.json", metadata)
        new.write(database, "db.sqlite3")
        for key, blocks in objects.items():
            with new.open(f"repo/{key}", "w", force_zip64=True) as member:
                for block in blocks:
                    member.write(block)
    return path
