"""The contents of a `data.json`, put into a database in the order in which they come. Floor: store.

The attributes of a node stand far from its row, and what a step needs to know may come later. So
everything is put aside first, and brought together afterwards. Memory stays constant.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from provender.store.legacy.jsontext import JsonText, Value
from provender.store.legacy.origin import Remarks

TABLES = """
CREATE TABLE staged.node (pk INTEGER PRIMARY KEY, type TEXT, text TEXT);
CREATE TABLE staged.attributes (pk INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE staged.extras (pk INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE staged.attribute_dates (pk INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE staged.extra_dates (pk INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE staged.other (entity TEXT, pk INTEGER, text TEXT, PRIMARY KEY (entity, pk))
    WITHOUT ROWID;
CREATE TABLE staged.link (id INTEGER PRIMARY KEY, input TEXT, output TEXT, label TEXT, type TEXT);
CREATE TABLE staged.member (id INTEGER PRIMARY KEY, grp TEXT, node TEXT);
CREATE TABLE staged.file (uuid TEXT, path TEXT, section TEXT, key TEXT, PRIMARY KEY (uuid, path))
    WITHOUT ROWID;
"""
DOCUMENTS = {
    "node_attributes": "attributes",
    "node_extras": "extras",
    "node_attributes_conversion": "attribute_dates",
    "node_extras_conversion": "extra_dates",
}
ENTITIES = ("User", "Computer", "Group", "Log", "Comment")
UNSPECIFIED = "unspecified"
# Digits of the number of a row: what a database takes.
DIGITS = 18
# Letters of an end of a link, or of a member of a group, that are kept: uuids have 36.
LONGEST_UUID = 64


def create(connection: sqlite3.Connection) -> None:
    """Create the tables `staged`."""
    for statement in filter(str.strip, TABLES.split(";")):
        connection.execute(statement)


def stage(text: JsonText, connection: sqlite3.Connection, remarks: Remarks) -> None:
    """Put the contents of a `data.json` into the tables `staged`.

    Raises:
        UnsupportedStore: it is not JSON of that form, or has a row larger than any real one.
        sqlite3.Error: the tables cannot be written.
    """
    staging = _Staging(connection, remarks)
    for key in text.members():
        if key == "export_data":
            for entity in text.members():
                staging.rows(text, entity.rpartition(".")[2].removeprefix("Db"))
        elif key in DOCUMENTS:
            staging.documents(text, DOCUMENTS[key])
        elif key == "links_uuid":
            staging.links(text)
        elif key == "groups_uuid":
            staging.members(text)
        else:
            text.value()
    text.end()


class _Staging:
    def __init__(self, connection: sqlite3.Connection, remarks: Remarks) -> None:
        self._connection = connection
        self._note = remarks.note

    def rows(self, text: JsonText, entity: str) -> None:
        """Put the rows of an entity aside."""
        if entity == "Node":
            nodes = ((pk, _string(row.parsed.get("type")), row.text) for pk, row in self._of(text))
            self._insert("INSERT OR REPLACE INTO staged.node VALUES (?, ?, ?)", nodes)
        elif entity in ENTITIES:
            others = ((entity, pk, row.text) for pk, row in self._of(text))
            self._insert("INSERT OR REPLACE INTO staged.other VALUES (?, ?, ?)", others)
        else:
            for _ in text.members():
                text.value()

    def documents(self, text: JsonText, table: str) -> None:
        """Put the attributes or extras of nodes aside."""
        rows = ((pk, _compact(value)) for pk, value in self._of(text, is_null_empty=True))
        self._insert(f"INSERT OR REPLACE INTO staged.{table} VALUES (?, ?)", rows)  # noqa: S608 - ours

    def links(self, text: JsonText) -> None:
        """Put the links aside, in the order of the file."""
        self._insert(
            "INSERT INTO staged.link (input, output, label, type) VALUES (?, ?, ?, ?)",
            self._links(text),
        )

    def members(self, text: JsonText) -> None:
        """Put the members of groups aside, in the order of the file."""
        self._insert("INSERT INTO staged.member (grp, node) VALUES (?, ?)", self._members(text))

    def _of(self, text: JsonText, *, is_null_empty: bool = False) -> Iterator[tuple[int, Value]]:
        """Yield the number of each row with the row, an object."""
        for key, row in text.entries():
            if not _is_number(key):
                self._note("rows have no number and were left out", key)
            elif isinstance(row.parsed, dict):
                yield int(key), row
            elif row.parsed is None and is_null_empty:
                yield int(key), Value({}, "{}")
            else:
                self._note("rows are not JSON objects and were left out", key)

    def _links(self, text: JsonText) -> Iterator[tuple[str, ...]]:
        for link in text.values():
            found = link.parsed if isinstance(link.parsed, dict) else {}
            match found:
                case {"input": str() as first, "output": str() as last, "label": str() as label}:
                    kind = found.get("type")
                    given = clean(kind) if isinstance(kind, str) else UNSPECIFIED
                    yield _uuid(first), _uuid(last), clean(label), given
                case _:
                    self._note("links lack an end or a label and were left out", link.text)

    def _members(self, text: JsonText) -> Iterator[tuple[str, str]]:
        for group in text.members():
            for node in text.values():
                if isinstance(node.parsed, str):
                    yield _uuid(group), _uuid(node.parsed)
                else:
                    self._note("members of groups are no uuids and were left out", node.text)

    def _insert(self, sql: str, rows: Iterator[tuple[Any, ...]]) -> None:
        self._connection.executemany(sql, rows)


def _compact(value: Value) -> str:
    """Return the text of a value; one that was written for people loses its blanks."""
    if "\n" not in value.text:
        return value.text
    try:
        return json.dumps(value.parsed)
    except RecursionError:
        return value.text


def _is_number(key: str) -> bool:
    """Return whether a key is a number in the only way in which it is written."""
    is_digits = key.isdecimal() and key.isascii() and len(key) <= DIGITS
    return is_digits and (key[0] != "0" or key == "0")


def clean(text: str) -> str:
    """Return a string that every database takes: halves of characters become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _uuid(text: str) -> str:
    return clean(text[:LONGEST_UUID]).lower()


def _string(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""
