"""Archives of 1.0 and main_0000: the published ones, after SQL on their database."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from support.badrows import change

SAMPLES = Path(__file__).parents[2] / "data" / "legacy"
MAIN = SAMPLES / "main_0000--core.export_main_0000_simple.aiida"
OLD_VERSIONS = ("1.0", "main_0000", "main_0000a", "main_0000b")
NODE = "3b429fd4-601c-4473-add5-7cbb76cf38cb"
"""A calculation job of the published archive; its number is `PK`."""
PK = 28266


def altered(folder, *statements, version="main_0000", is_free=False):
    """Return a copy of the archive after SQL; `is_free` takes all constraints off before."""
    database = folder / "altered.sqlite3"
    database.write_bytes(free() if is_free else original())
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for sql in statements:
            connection.execute(sql)
    return packed(folder / "x.aiida", database.read_bytes(), version)


@cache
def original():
    """Return the database of the archive."""
    with zipfile.ZipFile(MAIN) as file:
        return file.read("db.sqlite3")


@cache
def free():
    """Return it without the constraints that keep bad values out."""
    with TemporaryDirectory() as folder:
        database = Path(folder) / "free.sqlite3"
        database.write_bytes(original())
        change(database, ())
        return database.read_bytes()


def packed(path, database, version="main_0000"):
    """Return the published archive with another database and version."""
    with zipfile.ZipFile(MAIN) as old, zipfile.ZipFile(path, "w") as new:
        metadata = json.loads(old.read("metadata.json")) | {"export_version": version}
        new.writestr("metadata.json", json.dumps(metadata))
        new.writestr("db.sqlite3", database)
        for name in old.namelist():
            if name.startswith("repo/"):
                new.writestr(name, old.read(name))
    return path
