"""Reading an older database (1.0, main_0000) into an entry of the cache. Floor: store.

Its tables are those of today without some constraints. The rows are copied one by one, since the
database may come from anybody: nothing of it but values of plain tables is used.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from provender.schema.tables import REQUIRED
from provender.store.legacy.origin import Remarks
from provender.store.progress import Progress
from provender.store.sqlite import archivetables

# Tables in an order in which each stands after those that it refers to.
ORDER = (
    *("db_dbuser", "db_dbcomputer", "db_dbauthinfo", "db_dbgroup", "db_dbnode", "db_dbcomment"),
    *("db_dblog", "db_dblink", "db_dbgroup_dbnodes"),
)
COLUMNS = {table.name: tuple(column.name for column in table.columns) for table in REQUIRED}
DOCUMENTS = ("metadata", "auth_params", "extras", "attributes", "repository_metadata")
TIMES = ("time", "ctime", "mtime")
DEFAULTS: dict[str, Any] = {"type_string": "core", "enabled": 1, "process_type": None}
# Columns that may be null today.
NULLABLE = {
    *(("db_dbnode", name) for name in ("process_type", "dbcomputer_id")),
    ("db_dbgroup", "user_id"),
}
# A row that lacks one of these is left out, as AiiDA does.
NEEDED = {
    "db_dbauthinfo": ("aiidauser_id", "dbcomputer_id"),
    "db_dbcomment": ("dbnode_id", "user_id"),
    "db_dblog": ("dbnode_id",),
    "db_dblink": ("input_id", "output_id"),
    "db_dbgroup_dbnodes": ("dbnode_id", "dbgroup_id"),
    "db_dbnode": ("user_id",),
}
IS_TABLE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND rootpage > 0 AND name = ?"
BATCH = 1000


class DamagedError(Exception):
    """The older database cannot be read."""


def upgrade(
    old: Path, connection: sqlite3.Connection, time: str, remarks: Remarks, progress: Progress
) -> None:
    """Copy all rows of an older database into tables of today.

    `time` stands for times that are null.

    Raises:
        DamagedError: the old database is damaged, or lacks a table or column.
        sqlite3.Error: the new one cannot be written.
    """
    address = f"{old.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as source:
        source.execute("PRAGMA trusted_schema = OFF")
        for table in ORDER:
            rows = _rows(source, table, progress)
            fit = _fitting(table, time, remarks)
            marks = ",".join("?" * len(COLUMNS[table]))
            connection.executemany(
                f"INSERT OR IGNORE INTO {table} VALUES ({marks})",  # noqa: S608 - our names
                (fitted for row in rows if (fitted := fit(row)) is not None),
            )
    for table in archivetables.finish(connection):
        remarks.note("rows have the same label: all are kept", table.removeprefix("db_db"))


def _rows(source: sqlite3.Connection, table: str, progress: Progress) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table in the order of their numbers."""
    columns = COLUMNS[table]
    names = ", ".join(f'"{table}"."{column}"' for column in columns)
    try:
        if source.execute(IS_TABLE, (table,)).fetchone() is None:
            raise DamagedError(f"no table {table}")
        (total,) = source.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - ours
        found = source.execute(f"SELECT {names} FROM {table} ORDER BY id")  # noqa: S608 - ours
        for done, row in enumerate(found):
            if done % BATCH == 0:
                progress(f"copying {table}", done, total)
            yield dict(zip(columns, row, strict=True))
    except sqlite3.Error as error:
        raise DamagedError(f"{table}: {error}") from error


def _fitting(
    table: str, time: str, remarks: Remarks
) -> Callable[[dict[str, Any]], tuple[Any, ...] | None]:
    """Return the function that makes the rows of a table fit, or leaves them out."""
    called = table.removeprefix("db_db")

    def fit(row: dict[str, Any]) -> tuple[Any, ...] | None:
        if not isinstance(row["id"], int):
            remarks.note(f"rows of `{called}` have no number and were left out", row["id"])
            return None
        lacking = [name for name in NEEDED.get(table, ()) if row[name] is None]
        if lacking:
            kind = f"rows of `{called}` have no `{lacking[0]}` and were left out"
            remarks.note(kind, row.get("uuid") or row["id"])
            return None
        if "ctime" in row:
            row["ctime"], row["mtime"] = row["ctime"] or row["mtime"], row["mtime"] or row["ctime"]
        for name, value in row.items():
            if name in DOCUMENTS:
                row[name] = _document(value)
            elif value is None and (table, name) not in NULLABLE:
                row[name] = time if name in TIMES else DEFAULTS.get(name, "")
                if name in TIMES:
                    kind = f"times are missing (`{name}`): that of the archive was taken"
                    remarks.note(kind, row.get("uuid"))
        return tuple(row.values())

    return fit


def _document(value: object) -> object:
    """Return a JSON column: null in the database or in JSON is an empty object."""
    if value is None or (isinstance(value, str | bytes) and value.strip() in ("null", b"null")):
        return json.dumps({})
    return value
