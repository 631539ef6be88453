"""What an opened archive holds: its rows, its files, and its remarks."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import dataclass

from provender.schema.tables import REQUIRED
from provender.settings import Cache
from provender.store.archive import open_archive
from provender.store.cache import CacheFolder
from provender.store.progress import quietly

JSON = ("attributes", "extras", "repository_metadata", "metadata", "auth_params")
COLUMNS = {table.name: [column.name for column in table.columns] for table in REQUIRED}


@dataclass(frozen=True)
class Found:
    """What was read: the rows of each table by its name, the contents of files by their keys."""

    tables: dict
    files: dict
    origin: object = None

    def rows(self, table):
        """Return the rows of `db_db...`, in the order of their ids."""
        return self.tables[f"db_db{table}"]

    def row(self, table):
        """Return the only row of a table."""
        (found,) = self.rows(table)
        return found

    def node(self, made):
        """Return the row of a node."""
        return next(row for row in self.rows("node") if row["uuid"] == made.uuid)

    def attributes(self, made):
        """Return the attributes of a node."""
        return self.node(made)["attributes"]

    def tree(self, made):
        """Return the files of a node: their contents in the place of their keys."""
        return filled(self.node(made)["repository_metadata"], self.files)

    def links(self):
        """Return the two ends, type and label of each link; ends are uuids."""
        names = {row["id"]: row["uuid"] for row in self.rows("node")}
        return [
            (names[row["input_id"]], names[row["output_id"]], row["type"], row["label"])
            for row in self.rows("link")
        ]

    def remarks(self):
        """Return the count and the example of each remark, by its kind."""
        return {remark.kind: (remark.count, remark.example) for remark in self.origin.remarks}


def filled(tree, files):
    """Return nested folders with contents in the place of keys: `{"o": {"a": {"k": KEY}}}`."""
    return {
        name: files[entry["k"]] if "k" in entry else filled(entry, files)
        for name, entry in tree.get("o", {}).items()
    }


def read(path, folder):
    """Return what Provender reads of an archive; its cache lies below a folder."""
    cache = CacheFolder(Cache(folder=folder / "cache"))
    archive = open_archive(path, "The store `x`", cache, quietly)  # which waits until it is made
    try:
        with closing(archive.database.connect()) as connection:
            tables = rows_of(connection)
        keys = {key for row in tables["db_dbnode"] for key in keys_of(row["repository_metadata"])}
        files = {}
        for key in sorted(keys):
            with archive.objects.open(key) as stream:
                files[key] = stream.read()
            assert archive.objects.sizes([key]) == {key: len(files[key])}
            assert hashlib.sha256(files[key]).hexdigest() == key
        return Found(tables, files, archive.origin)
    finally:
        archive.objects.close()


def read_migrated(path, folder):
    """Return what an archive of today's version holds, without Provender."""
    database = folder / f"{path.stem}.sqlite3"
    with zipfile.ZipFile(path) as file:
        database.write_bytes(file.read("db.sqlite3"))
        with closing(sqlite3.connect(database)) as connection:
            tables = rows_of(connection)
        keys = {key for row in tables["db_dbnode"] for key in keys_of(row["repository_metadata"])}
        return Found(tables, {key: file.read(f"repo/{key}") for key in keys})


def rows_of(connection):
    """Return the rows of each table as dictionaries, with JSON read."""
    found = {}
    for table, columns in COLUMNS.items():
        names = ", ".join(f'"{name}"' for name in columns)
        rows = connection.execute(f"SELECT {names} FROM {table} ORDER BY id").fetchall()
        found[table] = [dict(zip(columns, row, strict=True)) for row in rows]
        for row in found[table]:
            row |= {name: json.loads(row[name]) for name in JSON if row.get(name) is not None}
    return found


def keys_of(tree):
    """Yield the keys of all files of a tree."""
    if "k" in tree:
        yield tree["k"]
    for entry in tree.get("o", {}).values():
        yield from keys_of(entry)


def compared(value):
    """Return a text that is equal for equal values only: `True`, 1 and 1.0 differ."""
    return json.dumps(value, sort_keys=True)


def difference(found, expected):
    """Return the first place where two differ, with both values; None if there is none."""
    for table in COLUMNS:
        ours, theirs = found.tables[table], expected.tables[table]
        if len(ours) != len(theirs):
            return table, len(ours), len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            for name in one:
                if compared(one[name]) != compared(other[name]):
                    return f"{table} {other['id']} {name}", one[name], other[name]
    if found.files != expected.files:
        return "files", sorted(found.files), sorted(expected.files)
    return None


def says(found, count, example):
    """Tell whether one remark has a count, and an example that holds a text."""
    return any(count == number and example in text for number, text in found.remarks().values())


def count(path, folder):
    """Return the number of nodes of an archive that is opened, and not read."""
    cache = CacheFolder(Cache(folder=folder / "cache"))
    archive = open_archive(path, "The store `x`", cache, quietly)
    try:
        with closing(archive.database.connect()) as connection:
            return connection.execute("SELECT count(*) FROM db_dbnode").fetchone()[0]
    finally:
        archive.objects.close()
