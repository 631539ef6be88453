from __future__ import annotations

import sqlite3
import zipfile
from contextlib import closing

import pytest

from provender.loading.load import USUAL, load
from provender.loading.target import from_url


@pytest.fixture
def folder(tmp_path):
    """Where the container goes: not there yet."""
    (tmp_path / "srv").mkdir()
    return tmp_path / "srv" / "container"


@pytest.fixture
def run(settings):
    """A function that loads an archive."""

    def run(archive, url, folder, progress=lambda *_: None, portions=USUAL):
        return load(str(archive), from_url(url), folder, settings, progress, portions)

    return run


@pytest.fixture
def altered(data, tmp_path):
    """A function that makes a copy of an archive in which SQL has changed the database."""

    def make(script, source="lab.aiida", leave_out=()):
        path, database = tmp_path / "altered.aiida", tmp_path / "altered.sqlite"
        with zipfile.ZipFile(data / source) as old, zipfile.ZipFile(path, "w", 8) as new:
            database.write_bytes(old.read("db.sqlite3"))
            with closing(sqlite3.connect(database)) as connection, connection:
                connection.executescript(script)
            new.write(database, "db.sqlite3")
            for member in old.infolist():
                if member.filename not in ("db.sqlite3", *leave_out):
                    new.writestr(member, old.read(member))
        return path

    return make
