"""Comparing the copy with the archive, before the commit. Floor: loading."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

from psycopg2.extensions import cursor

from provender.errors import StoreError
from provender.loading import ddl
from provender.loading.sources import Source
from provender.plurals import counted
from provender.schema.tables import REQUIRED
from provender.store.files.container import Container
from provender.store.files.streams import CHUNK, damaged
from provender.store.sqlite.files import SqliteFile

# Rows of each table that are compared value by value.
ROWS = 1000
# Rows that are held at once.
BATCH = 100
# Files that are read back.
FILES = 1000
# How a value is written in the form of an archive; other types as strings.
FORMS = {
    "timestamptz": "to_char({}, 'YYYY-MM-DD HH24:MI:SS.US')",
    "boolean": "{}::integer",
}


def check_counts(used: cursor, source: Source) -> None:
    """Raise unless every table has as many rows as in the archive."""
    for table, expected in source.counts.items():
        used.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - our names
        found = (used.fetchone() or (0,))[0]
        if found != expected:
            raise _different(f"{table} has {counted(found, 'rows')}, {expected:,} in the archive")


def check_rows(used: cursor, source: Source, most: int = ROWS) -> int:
    """Compare rows spread evenly over each table and return their number; raises if one differs.

    At most `most` rows of each table are compared.
    """
    compared = 0
    with closing(source.connect()) as reading:
        for table in REQUIRED:
            ids = _spread(reading, table.name, most)
            for start in range(0, len(ids), BATCH):
                _compare(used, reading, table.name, ids[start : start + BATCH])
            compared += len(ids)
    return compared


def check_files(folder: Path, files: int, most: int = FILES) -> int:
    """Read files back and return their number; raises `CorruptObject` if one does not fit its key.

    `files` is the number of files in the container; about `most` of them are read.
    """
    container = Container.at(folder)
    with closing(SqliteFile(folder / "packs.idx").connect()) as index:
        sql = "SELECT hashkey FROM db_object WHERE id % ? = 0"
        keys = [key for (key,) in index.execute(sql, (max(1, files // most),))]
    for key in keys:
        digest = hashlib.sha256()
        with container.open(key) as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
        if digest.hexdigest() != key:
            raise damaged("fails its checksum", key)
    return len(keys)


def _spread(reading: sqlite3.Connection, table: str, most: int) -> list[int]:
    """Return at most `most` ids of a table, from its first to its last."""
    sql = f"SELECT min(id), max(id) FROM {table}"  # noqa: S608 - our names
    first, last = reading.execute(sql).fetchone()
    if first is None:
        return []
    step = max(1, -(-(last - first) // (most - 1)))
    sql = f"SELECT min(id) FROM {table} WHERE id >= ?"  # noqa: S608 - our names
    wanted = (*range(first, last, step), last)
    return sorted({reading.execute(sql, (number,)).fetchone()[0] for number in wanted})


def _compare(used: cursor, reading: sqlite3.Connection, table: str, ids: list[int]) -> None:
    kinds = ddl.kinds(table)
    shown = ", ".join(
        FORMS.get(kind, "{}::text").format(f'"{name}"') for name, kind in kinds.items()
    )
    used.execute(f"SELECT {shown} FROM {table} WHERE id = ANY(%s) ORDER BY id", (ids,))  # noqa: S608 - our names
    columns, marks = ", ".join(f'"{name}"' for name in kinds), ",".join("?" * len(ids))
    sql = f"SELECT {columns} FROM {table} WHERE id IN ({marks}) ORDER BY id"  # noqa: S608 - our names
    found = {row[0]: row for row in used.fetchall()}
    for row in reading.execute(sql, ids):
        plain = _plain(row, kinds)
        if _plain(found.get(plain[0], ()), kinds) != plain:
            raise _different(f"the row with id {row[0]} of {table} differs")


def _plain(row: Iterable[Any], kinds: dict[str, str]) -> tuple[object, ...]:
    """Return a row in the form in which rows of both databases are equal."""
    return tuple(_value(value, kind) for value, kind in zip(row, kinds.values(), strict=False))


def _value(value: object, kind: str) -> object:
    """Return a value as text, or JSON with numbers as exact decimals."""
    if value is None:
        return None
    text = value.decode() if isinstance(value, bytes) else str(value)
    if kind == "jsonb":
        return json.loads(text, parse_float=Decimal, parse_int=Decimal)
    return text.replace("-", "").lower() if kind == "uuid" else text


def _different(what: str) -> StoreError:
    return StoreError(f"The copy differs from the archive: {what}.")
