"""Whether an archive has all the files that its nodes name. Floor: loading.

AiiDA imports nothing of an archive that lacks one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

from provender.errors import CorruptObject
from provender.loading.sources import Source
from provender.schema.tables import NODE
from provender.store.files.streams import KEYS_PER_QUERY
from provender.store.files.tree import every_file
from provender.store.progress import Progress

TREES = "SELECT uuid, repository_metadata FROM db_dbnode WHERE repository_metadata <> '{}'"


def check_complete(source: Source, progress: Progress) -> None:
    """Raise `CorruptObject` if the archive lacks a file that a node names."""
    wanted: dict[str, tuple[str, str]] = {}
    for node, path, key in _files(source, progress):
        if key is None:
            raise _missing(node, path)
        wanted.setdefault(key, (node, path))
        if len(wanted) >= KEYS_PER_QUERY:
            _look(source, wanted)
            wanted.clear()
    _look(source, wanted)


def _look(source: Source, wanted: dict[str, tuple[str, str]]) -> None:
    found = source.archive.objects.sizes(wanted)
    for key, (node, path) in wanted.items():
        if key not in found:
            raise _missing(node, path)


def _files(source: Source, progress: Progress) -> Iterator[tuple[str, str, str | None]]:
    """Yield uuid, path and key of every file of a node; no key if the entry is malformed."""
    done, total = 0, source.counts[NODE.name]
    with closing(source.connect()) as reading:
        for uuid, text in reading.execute(TREES):
            node, tree = _text(uuid), _tree(text)
            if tree is None:
                yield node, "", None
            else:
                yield from ((node, path, key) for path, key in every_file(tree))
            done += 1
            progress("nodes whose files were looked for", done, total)


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _tree(text: object) -> dict[str, object] | None:
    try:
        found = json.loads(text) if isinstance(text, bytes | str) else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _missing(node: str, path: str) -> CorruptObject:
    where = f"`{path}` of the node {node}" if path else f"A file of the node {node}"
    return CorruptObject(
        f"{where} is missing in the archive.",
        hint="Nothing was written: AiiDA could not import an archive that lacks a file.",
    )
