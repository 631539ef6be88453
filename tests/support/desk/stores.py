"""Copies of the lab with what the desk has beside it: archive, SQLite profile, PostgreSQL."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import zipfile
from contextlib import closing
from datetime import datetime

from support import postgres
from support.desk.jobs import DAMAGED
from support.desk.rows import Lab, Rows

SPOILT = {hashlib.sha256(DAMAGED).hexdigest(): DAMAGED[::-1]}
"""What is stored instead of a file: as many bytes, but others."""


def archive(folder, source, rows: Rows):
    """Return the path of a copy of an archive with the rows added."""
    database = folder / "db.sqlite3"
    path = folder / "desk.aiida"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        database.write_bytes(old.read("db.sqlite3"))
        _fill_sqlite(database, rows)
        present = set(old.namelist())
        for item in old.infolist():
            if item.filename == "db.sqlite3":  # it keeps its place: AiiDA looks there
                new.write(database, item.filename)
            else:
                new.writestr(item, old.read(item))
        for key, content in {**rows.files, **SPOILT}.items():
            if f"repo/{key}" not in present:
                new.writestr(f"repo/{key}", content)
    return path


def profile(folder, source, rows: Rows):
    """Return the path of a copy of a SQLite profile with the rows added."""
    path = folder / "desk_profile"
    shutil.copytree(source, path)
    _fill_sqlite(path / "database.sqlite", rows)
    _add_files(path / "container", rows)
    return path


def database(folder, url, source, rows: Rows):
    """Add the rows to the PostgreSQL copy at `url`; returns a copy of its container with files."""
    path = folder / "desk_container"
    shutil.copytree(source, path)
    _add_files(path, rows)
    with closing(postgres.connect(url)) as connection, connection.cursor() as cursor:
        _write(cursor, rows, "%s", "%Y-%m-%d %H:%M:%S.%f+00:00")
        cursor.execute("ANALYZE")
    return path


def _fill_sqlite(path, rows):
    with closing(sqlite3.connect(path)) as connection, connection:
        _write(connection.cursor(), rows, "?", "%Y-%m-%d %H:%M:%S.%f")


def _write(cursor, rows, slot, time_format):
    """Insert all rows; values are bound, in the form of the database."""

    def stored(value):
        if isinstance(value, Lab):
            query = f"SELECT id FROM {value.table} WHERE {value.column} = {slot}"
            cursor.execute(query, (value.value,))
            return cursor.fetchone()[0]
        return value.strftime(time_format) if isinstance(value, datetime) else value

    for table, added in rows.tables().items():
        for row in added:
            values = [stored(value) for value in row.values()]
            slots = ", ".join([slot] * len(values))
            cursor.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({slots})", values)


def _add_files(container, rows):
    for key, content in {**rows.files, **SPOILT}.items():
        path = container / "loose" / key[:2] / key[2:]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
