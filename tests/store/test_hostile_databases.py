"""Archives whose database was made to do something, or to keep a server busy without end."""

from __future__ import annotations

import shutil
import sqlite3
import struct
import zipfile
from contextlib import closing

import pytest

from provender.errors import QueryTimeout, UnsupportedStore
from provender.settings import Cache, Limits, Settings
from provender.store.inspection import counts
from provender.store.profiles import Profiles, from_store
from provender.store.registry import StoreRegistry
from support.waiting import wait_until

FOREVER = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"


@pytest.fixture
def hostile(data, tmp_path):
    """A function that gives the lab's database to another one, and opens the archive with it."""
    made = []

    def make(change, **limits):
        path = tmp_path / "x.aiida"
        with zipfile.ZipFile(data / "lab.aiida") as old, zipfile.ZipFile(path, "w") as new:
            database = tmp_path / "db.sqlite3"
            database.write_bytes(old.read("db.sqlite3"))
            change(database)
            new.writestr("metadata.json", old.read("metadata.json"))
            new.write(database, "db.sqlite3")
        profile = from_store(str(path))
        settings = Settings(cache=Cache(folder=tmp_path / "cache"), limits=Limits(**limits))
        made.append(StoreRegistry(Profiles({profile.name: profile}), settings))
        return made[-1]

    yield make
    for registry in made:
        registry.close()


def script(text):
    def change(database):
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.executescript(text)

    return change


# The second of two of them is twice the first, and so on: the last has 2¹⁰⁰ columns or rows.
BOMB = "".join(
    f"CREATE VIEW v{number + 1} AS SELECT * FROM v{number} UNION ALL SELECT * FROM v{number};"
    for number in range(100)
)
NO_TABLE = {
    "a view": f"ALTER TABLE db_dbnode RENAME TO other; CREATE VIEW db_dbnode AS {FOREVER}",
    "a virtual table": "ALTER TABLE db_dbnode RENAME TO other;"
    "CREATE VIRTUAL TABLE db_dbnode USING fts5(id, uuid, label)",
    "a view that calls": "ALTER TABLE db_dblog RENAME TO other;"
    "CREATE VIEW db_dblog AS SELECT load_extension('x') AS id",
    "a computed column": "ALTER TABLE db_dbuser RENAME COLUMN email TO other;"
    "ALTER TABLE db_dbuser ADD COLUMN email AS (upper(other))",
}


@pytest.mark.parametrize("name", NO_TABLE)
def test_what_is_no_table_is_not_read(name, hostile):
    with pytest.raises(UnsupportedStore, match=r"has no (table|column)"):
        hostile(script(NO_TABLE[name])).get()


def test_views_that_nobody_asks_for_are_not_even_looked_at(hostile):
    store = hostile(script(f"CREATE VIEW v0 AS SELECT 1 AS x; {BOMB}")).get()
    assert store.reader.within(counts)["nodes"] == 312


def pages_that_lead_in_a_circle(database):
    """Let the pages of a table lead to each other, so that it seems to have 40⁹ rows."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA page_size = 512")
        connection.executescript("VACUUM")
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'db_dblink'"
        ).fetchall():
            connection.execute(f"DROP INDEX {name}")
        connection.executemany(
            "INSERT INTO db_dblink (input_id, output_id, label, type) VALUES (?, 1, 'x', 'create')",
            ((number,) for number in range(9000)),
        )
        root = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'db_dblink'"
        ).fetchone()[0]
    content = bytearray(database.read_bytes())
    below = _first(content, root)
    while (
        content[_place(below)] == INTERIOR and content[_place(_first(content, below))] == INTERIOR
    ):
        below = _first(content, below)
    inner = below if content[_place(below)] == INTERIOR else root
    _lead(content, _place(inner), _first(content, inner))
    for _ in range(9):
        start = len(content)
        content += content[_place(inner) : _place(inner) + PAGE]
        _lead(content, start, below)
        below = start // PAGE + 1
    _lead(content, _place(root), below)
    struct.pack_into(">L", content, 28, len(content) // PAGE)
    database.write_bytes(content)


PAGE, INTERIOR = 512, 5


def _place(page):
    return (page - 1) * PAGE


def _cells(content, start):
    number = struct.unpack_from(">H", content, start + 3)[0]
    return [struct.unpack_from(">H", content, start + 12 + 2 * cell)[0] for cell in range(number)]


def _first(content, page):
    start = _place(page)
    return struct.unpack_from(">L", content, start + _cells(content, start)[0])[0]


def _lead(content, start, page):
    """Let all entries of an interior page lead to one page."""
    for cell in _cells(content, start):
        struct.pack_into(">L", content, start + cell, page)
    struct.pack_into(">L", content, start + 8, page)


def test_a_count_of_pages_that_lead_in_a_circle_ends(hostile):
    store = hostile(pages_that_lead_in_a_circle, statement_seconds=0.3).get()
    for statement in ("SELECT count(*) FROM db_dblink", "SELECT max(label) FROM db_dblink"):
        with pytest.raises((QueryTimeout, UnsupportedStore)):
            store.reader.within(lambda snapshot, text=statement: snapshot.read(text))
    assert store.reader.within(lambda snapshot: snapshot.read("SELECT 1")) == [(1,)]


def test_a_database_in_wal_mode_is_read(hostile, tmp_path):
    stores = hostile(script("PRAGMA journal_mode = wal"))
    assert stores.get().reader.within(counts)["nodes"] == 312
    entry = next(path for path in (tmp_path / "cache").iterdir() if path.is_dir())
    assert {path.name for path in entry.iterdir()} == {"db.sqlite3", "objects.sqlite", "files.json"}


def test_a_database_of_another_encoding_is_read(hostile):
    def change(database):
        with closing(sqlite3.connect(database)) as old, closing(sqlite3.connect(":memory:")) as new:
            new.execute("PRAGMA encoding = 'UTF-16le'")
            new.executescript("\n".join(old.iterdump()))
            copy = database.with_name("copy")
            new.execute("VACUUM INTO ?", (str(copy),))
        shutil.move(copy, database)

    store = hostile(change).get()
    assert wait_until(lambda: store.reader.within(counts))["nodes"] == 312
