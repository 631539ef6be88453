"""What a node holds: attributes, extras, comments, logs, files. Floor: translators."""

from __future__ import annotations

import json
import mimetypes
from dataclasses import dataclass
from typing import Any

import orjson

from provender.errors import ProvenderError
from provender.query import questions
from provender.query.plan.views import View
from provender.store.files.streams import ObjectStream
from provender.store.files.tree import Entry, entries, file_key
from provender.store.stores import Session, Store
from provender.translators.base import ask_own, resolve
from provender.translators.records import Record, decoded, http_date, json_object
from provender.translators.subjects import open_file

BINARY_SAMPLE = 4096
"""Bytes looked at to tell a binary file from a text."""
OCTETS = "application/octet-stream"
MIME_TYPES = mimetypes.MimeTypes(filenames=())
"""Python's own table: that of the machine would make answers differ."""


@dataclass(frozen=True, slots=True)
class Content:
    """A part of a node, with the node's pk."""

    pk: int
    value: Any


def json_column(
    view: View,
    identifier: str | int,
    column: str,
    session: Session,
    *,
    names: tuple[str, ...] | None = None,
    excluded: tuple[str, ...] | None = None,
) -> Content:
    """Return `attributes` or `extras`: whole, only these keys of it, or all but those.

    Keys are compared whole; absent ones are left out.
    """
    pk, text = resolve(view, identifier, ["id", column], session)
    if names is None and excluded is None:
        return Content(pk, json_object(text))
    found = decoded(text)
    chosen = {
        key: value
        for key, value in found.items()
        if (names is None or key in names) and key not in (excluded or ())
    }
    return Content(pk, orjson.Fragment(json.dumps(chosen)))


def comments(view: View, identifier: str | int, session: Session) -> Content:
    """Return the comments of a node in the order of their ids."""
    (pk,) = resolve(view, identifier, ["id"], session)
    question = questions.from_owner("comment", ["ctime", "mtime", "content"], pk)
    return Content(
        pk,
        [
            {
                "created_time": http_date(ctime),
                "modified_time": http_date(mtime),
                "message": message,
                "user": f"{first} {last}",
            }
            for ctime, mtime, message, first, last in ask_own(
                questions.with_author(question), session
            )
        ],
    )


LOG_COLUMNS = ("time", "levelname", "loggername", "dbnode_id", "message")


def report(pk: int, session: Session) -> list[Record]:
    """Return the log of a node, without that of the processes it called."""
    rows = ask_own(questions.from_owner("log", list(LOG_COLUMNS), pk), session)
    records = [dict(zip(LOG_COLUMNS, values, strict=True)) for values in rows]
    return [{**record, "time": http_date(record["time"])} for record in records]


@dataclass(frozen=True, slots=True)
class Files:
    """The tree of files of a node."""

    pk: int
    tree: dict[str, Any]
    store: Store

    def listing(self, path: str, *, with_metadata: bool = False) -> list[Record]:
        """Return the entries of a folder.

        With metadata a file also has `size` in bytes (null where the content is missing),
        `sha256`, `mime_type` and `binary`.
        """
        found = entries(self.tree, path)
        records: list[dict[str, Any]] = [{"name": item.name, "type": _kind(item)} for item in found]
        if with_metadata:
            store = self.store.files()
            sizes = store.sizes({item.key for item in found if item.key})
            for record, item in zip(records, found, strict=True):
                if item.key is not None:
                    record |= {
                        "size": sizes.get(item.key),
                        "sha256": item.key,
                        "mime_type": MIME_TYPES.guess_type(item.name)[0] or OCTETS,
                        "binary": _is_binary(self.store, item),
                    }
        return records

    def open(self, path: str) -> tuple[str, ObjectStream]:
        """Return the SHA-256 of a file and a stream over it; errors as `subjects.open_file`."""
        return file_key(self.tree, path), open_file(self.store, self.tree, path)


def files(view: View, identifier: str | int, session: Session) -> Files:
    """Return the tree of files of a node, of which clients fetch one after the other."""
    pk, text = resolve(view, identifier, ["id", "repository_metadata"], session, is_kept=True)
    return Files(pk, decoded(text), session.store)


def _kind(entry: Entry) -> str:
    return "DIRECTORY" if entry.key is None else "FILE"


def _is_binary(store: Store, entry: Entry) -> bool | None:
    """Tell whether a file is binary: by a NUL byte in its beginning; None if it cannot be read."""
    try:
        with store.files().open(entry.key or "") as stream:
            return b"\0" in (stream.read(BINARY_SAMPLE) or b"")
    except ProvenderError:
        return None
