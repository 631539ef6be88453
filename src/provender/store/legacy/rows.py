"""The rows of an older archive, brought up to date and put into tables of today. Floor: store.

What AiiDA refuses a whole archive for (a link with an unknown node, a missing user, a uuid that
occurs twice) is left out or given a default here, and told in a remark.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from provender.schema.tables import REQUIRED
from provender.store.legacy.edges import Edges
from provender.store.legacy.fields import Fields
from provender.store.legacy.origin import Remarks
from provender.store.legacy.steps import order
from provender.store.legacy.steps.node import Document, Node, Surroundings
from provender.store.legacy.steps.others import RowStep
from provender.store.legacy.versions import is_before

NODES = """
SELECT n.pk, n.text, a.text, e.text FROM staged.node n
LEFT JOIN staged.attributes a ON a.pk = n.pk LEFT JOIN staged.extras e ON e.pk = n.pk
ORDER BY n.pk
"""
# With what tells which of their values are dates.
DATED_NODES = """
SELECT n.pk, n.text, a.text, e.text, ad.text, ed.text FROM staged.node n
LEFT JOIN staged.attributes a ON a.pk = n.pk LEFT JOIN staged.extras e ON e.pk = n.pk
LEFT JOIN staged.attribute_dates ad ON ad.pk = n.pk LEFT JOIN staged.extra_dates ed ON ed.pk = n.pk
ORDER BY n.pk
"""
ORPHANS = """
SELECT count(*), min(a.pk) FROM staged.attributes a
LEFT JOIN staged.node n ON n.pk = a.pk WHERE n.pk IS NULL
"""
FIRST_WITH_EXTRAS, FIRST_WITHOUT_DATES = "0.4", "0.6"
# Whose e-mail stands for that of a user whom the archive does not hold.
UNKNOWN_USER = "unknown"
# Made once: it is asked for each row.
INSERT = {
    name: f"INSERT OR IGNORE INTO {name} VALUES ({marks})"  # noqa: S608 - our names
    for name, marks in ((table.name, ",".join("?" * len(table.columns))) for table in REQUIRED)
}
# Rows that are written until others have a turn: a millisecond.
ROWS_PER_STEP = 20


@dataclass(frozen=True, slots=True)
class Source:
    """An older archive: its version, the time it was written, and the files of its nodes.

    `files` returns the files of a node as JSON by its uuid and its row.
    """

    version: str
    time: str
    files: Callable[[str, dict[str, Any]], str]
    around: Surroundings


def write(
    connection: sqlite3.Connection, source: Source, progress: Callable[[str, int, int], None]
) -> None:
    """Write all rows out of the tables `staged`; raises `sqlite3.Error` if they cannot be."""
    writer = _Writer(connection, source)
    edges = Edges(connection, source.version, source.around.remarks)
    for name, table, write_all in (
        ("users", "staged.other WHERE entity = 'User'", writer.users),
        ("computers", "staged.other WHERE entity = 'Computer'", writer.computers),
        ("groups", "staged.other WHERE entity = 'Group'", writer.groups),
        ("nodes", "staged.node", writer.nodes),
        ("logs", "staged.other WHERE entity = 'Log'", writer.logs),
        ("comments", "staged.other WHERE entity = 'Comment'", writer.comments),
        ("links", "staged.link", edges.links),
        ("members of groups", "staged.member", edges.members),
    ):
        (total,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - ours
        for done, _ in enumerate(write_all(), 1):
            if done % ROWS_PER_STEP == 0 or done == total:
                progress(f"writing {name}", done, total)


class _Writer:
    """Writes one table after the other; each method yields before every row."""

    def __init__(self, connection: sqlite3.Connection, source: Source) -> None:
        self._connection = connection
        self._source = source
        self._remarks: Remarks = source.around.remarks
        self._note = self._remarks.note
        self._has = lru_cache(maxsize=4096)(self._look)
        self._unknown: int | None = None
        has_extras = not is_before(source.version, FIRST_WITH_EXTRAS)
        self._documents = ("attributes", "extras") if has_extras else ("attributes",)

    def users(self) -> Iterator[None]:
        """Write the users; one without an e-mail is left out."""
        for pk, fields in self._rows("User", "users"):
            yield
            if email := fields.text("email"):
                names = (fields.text(key) for key in ("first_name", "last_name", "institution"))
                self._insert("db_dbuser", (pk, email, *names))
            else:
                self._note("users have no e-mail and were left out", pk)

    def computers(self) -> Iterator[None]:
        """Write the computers."""
        steps = self._after(order.COMPUTERS)
        for pk, fields in self._rows("Computer", "computers", steps):
            yield
            label = fields.text("label") or fields.text("name") or fields.text("hostname")
            if not fields.text("label"):
                self._note("computers have no label: another name of theirs was taken", label)
            texts = ("hostname", "description", "scheduler_type", "transport_type")
            values = (label, *map(fields.text, texts), fields.document("metadata"))
            self._identified("db_dbcomputer", pk, fields, values)

    def groups(self) -> Iterator[None]:
        """Write the groups."""
        for pk, fields in self._rows("Group", "groups", self._after(order.GROUPS)):
            yield
            kind = fields.text_or_none("type_string")
            values = (
                fields.text("label"),
                "core" if kind is None else kind,
                self._time(fields, "time"),
                fields.text("description"),
                fields.document("extras"),
                self._reference(fields, "user", "db_dbuser", "groups"),
            )
            self._identified("db_dbgroup", pk, fields, values)

    def nodes(self) -> Iterator[None]:
        """Write the nodes."""
        has_dates = is_before(self._source.version, FIRST_WITHOUT_DATES)
        found = DATED_NODES if has_dates else NODES
        steps = self._after(order.NODES)
        for pk, text, *documents in self._connection.execute(found):
            yield
            node = Node(pk, _plain(text), *map(Document, documents))
            try:
                for step in steps:
                    step(node, self._source.around)
                self._node(node, documents)
            except RecursionError:
                self._note("nodes have attributes nested too deeply and were left out", pk)
        count, example = self._connection.execute(ORPHANS).fetchone()
        self._note("attributes belong to no node and were left out", example, count)

    def _node(self, node: Node, documents: list[str | None]) -> None:
        fields = Fields(node.row, "nodes", self._remarks)
        for text, called in zip(documents, self._documents, strict=False):
            if text is None:
                self._note(f"nodes have no entry for their {called}", fields.uuid())
        values = (
            fields.text("node_type"),
            fields.text_or_none("process_type"),
            fields.text("label"),
            fields.text("description"),
            *self._times(fields),
            node.attributes.text,
            node.extras.text,
            self._source.files(fields.uuid(), node.row),
            self._reference(fields, "dbcomputer", "db_dbcomputer", "nodes"),
            self._user(fields),
        )
        self._identified("db_dbnode", node.pk, fields, values)

    def logs(self) -> Iterator[None]:
        """Write the logs; those of an unknown node are left out."""
        for pk, fields in self._rows("Log", "logs", self._after(order.LOGS)):
            yield
            node = self._reference(fields, "dbnode", "db_dbnode", "logs")
            if node is None:
                self._note("logs belong to no node and were left out", fields.uuid())
                continue
            texts = (fields.text("loggername"), fields.text("levelname"))
            values = (self._time(fields, "time"), *texts, node, fields.text("message"))
            self._identified("db_dblog", pk, fields, (*values, fields.document("metadata")))

    def comments(self) -> Iterator[None]:
        """Write the comments; those without a node or a user are left out."""
        for pk, fields in self._rows("Comment", "comments"):
            yield
            node = self._reference(fields, "dbnode", "db_dbnode", "comments")
            user = self._reference(fields, "user", "db_dbuser", "comments")
            if node is None or user is None:
                self._note("comments lack a node or a user and were left out", fields.uuid())
                continue
            values = (node, *self._times(fields), user, fields.text("content"))
            self._identified("db_dbcomment", pk, fields, values)

    def _after(self, steps: Any) -> Any:  # noqa: ANN401 - those of one kind
        return order.after(self._source.version, steps)

    def _rows(
        self, entity: str, called: str, steps: tuple[RowStep, ...] = ()
    ) -> Iterator[tuple[int, Fields]]:
        rows = self._connection.execute(
            "SELECT pk, text FROM staged.other WHERE entity = ? ORDER BY pk", (entity,)
        )
        for pk, text in rows:
            row = json.loads(text)
            for step in steps:
                step(row)
            yield pk, Fields(row, called, self._remarks)

    def _identified(self, table: str, pk: int, fields: Fields, values: tuple[Any, ...]) -> None:
        """Write a row with a uuid; one whose uuid was there before, or is missing, is left out."""
        uuid = fields.uuid()
        called = table.removeprefix("db_db")
        if not uuid:
            self._note(f"rows of `{called}` have no uuid and were left out", pk)
        elif not self._insert(table, (pk, uuid, *values)):
            self._note(f"rows of `{called}` repeat a uuid and were left out", uuid)

    def _insert(self, table: str, values: tuple[Any, ...]) -> bool:
        return bool(self._connection.execute(INSERT[table], values).rowcount)

    def _reference(self, fields: Fields, key: str, table: str, called: str) -> int | None:
        """Return the number of a row that there is; None if it is missing."""
        pk = fields.number(key)
        if pk is not None and not self._has(table, pk):
            self._note(f"{called} refer to an unknown `{key}`", fields.uuid())
            return None
        return pk

    def _user(self, fields: Fields) -> int:
        """Return the number of the user of a node; a user `unknown` stands for one not there."""
        pk = self._reference(fields, "user", "db_dbuser", "nodes")
        if pk is not None:
            return pk
        if self._unknown is None:
            self._unknown = self._connection.execute(
                "INSERT INTO db_dbuser VALUES (NULL, ?, '', '', '')", (UNKNOWN_USER,)
            ).lastrowid
        self._note("nodes have no user: they are given to the user `unknown`", fields.uuid())
        return self._unknown or 0

    def _times(self, fields: Fields) -> tuple[str, str]:
        """Return the times of creation and of change; one stands for the other."""
        ctime, mtime = fields.time("ctime"), fields.time("mtime")
        if ctime is None and mtime is None:
            time = self._time(fields, "ctime")
            return time, time
        if ctime is None or mtime is None:
            kind = "times are missing: the other of `ctime` and `mtime` was taken"
            self._note(kind, fields.uuid())
        return ctime or mtime or "", mtime or ctime or ""

    def _time(self, fields: Fields, key: str) -> str:
        """Return a time; that of the archive stands for one not there."""
        time = fields.time(key)
        if time is None:
            self._note(f"times are missing (`{key}`): that of the archive was taken", fields.uuid())
        return time or self._source.time

    def _look(self, table: str, pk: int) -> bool:
        sql = f"SELECT 1 FROM {table} WHERE id = ?"  # noqa: S608 - our names
        return self._connection.execute(sql, (pk,)).fetchone() is not None


def _plain(text: str) -> dict[str, Any]:
    """Return a row without numbers that may be long: orjson would make doubles of those."""
    try:
        row: dict[str, Any] = orjson.loads(text)
    except ValueError:  # NaN, half of a character: Python takes them
        row = json.loads(text)
    return row
