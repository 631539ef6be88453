"""The list of all files of an archive, for people and programs. Floor: translators.

It holds no time, so that equal files give an equal archive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from provender.query.querystring.advice import Note
from provender.translators.zips.items import Item, Items

FORMAT, VERSION = "provender process archive", 1


def manifest(uuid: str | None, items: Items, first: Item, notes: Iterable[Note]) -> Iterator[bytes]:
    """Yield the parts of the manifest of a process; `first` is the README.

    Shape: `{"format", "version", "process": uuid, "files": [{"path", "bytes", "sha256", "node",
    "stored_as"}], "missing": [{"path", "reason", "node", "stored_as", "sha256"}], "notes"}`; keys
    without a value are left out.
    """
    head = {"format": FORMAT, "version": VERSION, "process": uuid}
    yield orjson.dumps(head)[:-1] + b',\n"files": ['
    yield from _lines(_present(item) for item in _both(first, items))
    yield b'],\n"missing": ['
    yield from _lines(_absent(item) for item in items.absent())
    yield b'],\n"notes": ['
    yield from _lines(note.record() for note in notes)
    yield b"]}\n"


def _both(first: Item, items: Items) -> Iterator[Item]:
    yield first
    yield from items.present()


def _lines(records: Iterable[Any]) -> Iterator[bytes]:
    """Yield the items of a list, each on a line of its own."""
    mark = b"\n"
    for record in records:
        yield mark + orjson.dumps(record)
        mark = b",\n"


def _present(item: Item) -> dict[str, object]:
    found: dict[str, object] = {"path": item.path, "bytes": item.size, "sha256": item.key}
    return found | _origin(item)


def _absent(item: Item) -> dict[str, object]:
    known = {"sha256": item.key} if item.key else {}
    return {"path": item.path, "reason": item.problem} | _origin(item) | known


def _origin(item: Item) -> dict[str, object]:
    """Return the node of a file, and its name there if the archive has to call it otherwise."""
    found: dict[str, object] = {} if item.node is None else {"node": item.node}
    is_renamed = item.stored is not None and not f"/{item.path}".endswith(f"/{item.stored}")
    return found | ({"stored_as": item.stored} if is_renamed else {})
