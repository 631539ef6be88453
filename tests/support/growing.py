"""More nodes and links for a store that a test may change: alike on PostgreSQL and on SQLite."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

from support import postgres

FIRST = 1_000_000
"""The id of the first node that is added."""
COLUMNS = {
    "node_type": "'data.core.dict.Dict.'",
    "process_type": "NULL",
    "label": "'added'",
    "description": "''",
    "ctime": "'2026-11-21 00:00:00.000000'",
    "mtime": "'2026-11-21 00:00:00.000000'",
    "attributes": "'{}'",
    "extras": "'{}'",
    "repository_metadata": "'{}'",
}
"""The SQL of the columns of an added node; `n.i` counts from 0."""
OF_POSTGRESQL = {
    "uuid": "('00000000-0000-4000-8000-' || lpad(n.i::text, 12, '0'))::uuid",
    "ctime": "timestamptz '2026-11-21 00:00:00+00'",
    "mtime": "timestamptz '2026-11-21 00:00:00+00'",
}
OF_SQLITE = {"uuid": "printf('00000000-0000-4000-8000-%012d', n.i)"}
JSON = ("attributes", "extras", "repository_metadata")
LAB = Path(__file__).parents[1] / "data" / "lab.psql.sql.gz"


def change(store, *statements):
    """Run SQL that both databases take in a store: a URL, or the folder of a SQLite profile."""
    if str(store).startswith("postgresql:"):
        postgres.run(store, *statements)
        return
    with closing(sqlite3.connect(store / "database.sqlite")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def add_nodes(store, count, **columns):
    """Add nodes whose columns have these SQL expressions; the first one has the id `FIRST`."""
    is_postgresql = str(store).startswith("postgresql:")
    given = {**COLUMNS, **(OF_POSTGRESQL if is_postgresql else OF_SQLITE), **columns}
    if is_postgresql:
        given |= {name: f"({given[name]})::jsonb" for name in JSON}
    change(
        store,
        f"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {count - 1}) "
        f"INSERT INTO db_dbnode (id, user_id, {', '.join(given)}) SELECT {FIRST} + n.i, "
        f"(SELECT min(id) FROM db_dbuser), {', '.join(given.values())} FROM n",
    )


def add_outputs(store, uuid, count):
    """Add nodes, and a link to each of them from the node with this uuid."""
    add_nodes(store, count)
    change(
        store,
        "INSERT INTO db_dblink (id, input_id, output_id, label, type) SELECT n.id, o.id, n.id, "
        f"'link', 'create' FROM db_dbnode n, db_dbnode o WHERE n.id >= {FIRST} AND n.id < "
        f"{FIRST + count} AND o.uuid = '{uuid}'",
    )


def copied(unpacked, folder):
    """Return the folder of a copy of the lab in SQLite."""
    return shutil.copytree(unpacked / "sqlite_dos", folder / "profile")


@contextmanager
def database(cluster):
    """Yield the URL of a copy of the lab in PostgreSQL."""
    url = postgres.create_database(cluster)
    postgres.restore(url, LAB)
    yield url
    postgres.drop_database(cluster, url)
