"""The records of the inputs and outputs of a process, also as a tree. Floor: translators."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from provender.errors import CannotExport, NoSuchFile, StoreError
from provender.exports.registry import describe
from provender.exports.subject import Subject
from provender.exports.texts import one_line, well_formed
from provender.plurals import counted
from provender.query.querystring.advice import Note
from provender.schema.processes import namespaces
from provender.store.cancellation import current
from provender.store.stores import Store
from provender.translators.records import Record, decoded
from provender.translators.results.forms import Files, files_of, formats_of
from provender.translators.results.linked import Linked
from provender.translators.subjects import no_files

# Longest summary, in characters.
LONGEST = 120
# Files whose sizes are looked up for one answer.
MOST_FILES = 10_000
NO_SIZES = "sizes-unknown"
Url = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Listed:
    """Records of the ends of links, their labels as a tree, and notes."""

    records: list[Record]
    nested: Record
    notes: tuple[Note, ...] = ()


def listed(links: Sequence[Linked], store: Store, url: Url) -> Listed:
    """Return the records of the ends of links; `url` gives the address of a label.

    `size_bytes` is the size of all files of the node; null if some content is missing or if there
    are too many files to look.
    """
    files = []
    for link in links:
        current().check()
        files.append(files_of(decoded(link.tree)))
    sizes, notes = _sizes(files, store)
    records = [_record(link, one, sizes, url) for link, one in zip(links, files, strict=True)]
    return Listed(records, nested([link.label for link in links]), notes)


def nested(labels: Sequence[str | None]) -> Record:
    """Return labels as a tree: namespaces are objects, whole labels stand at their places.

    A label that is a namespace, too, stands in it under the empty name. A label with an empty part
    is not taken apart.

    Example:
        `a`, `a__b`, `c` give `{"a": {"": "a", "b": "a__b"}, "c": "c"}`.
    """
    tree: Record = {}
    for label in labels:
        if label is None:
            continue
        parts = namespaces(label)
        *spaces, name = parts if all(parts) else [label]
        place = tree
        for space in spaces:
            below = place.get(space, {})
            place[space] = below if isinstance(below, dict) else {"": below}
            place = place[space]
        below = place.get(name)
        if isinstance(below, dict):
            below[""] = label
        else:
            place[name] = label
    return tree


def _record(link: Linked, files: Files, sizes: dict[str, int] | None, url: Url) -> Record:
    found = [None if sizes is None else sizes.get(key) for _, key in files.paths]
    known = [size for size in found if size is not None]
    return {
        "label": link.label,
        "link_type": link.link_type,
        "uuid": link.uuid,
        "node_type": link.node_type,
        "formats": formats_of(link.node_type or "", files),
        "size_bytes": sum(known) if len(known) == len(found) else None,
        "files": len(files.paths),
        "summary": _summary(link, files),
        "url": None if link.label is None else url(link.label),
    }


def _sizes(files: Sequence[Files], store: Store) -> tuple[dict[str, int] | None, tuple[Note, ...]]:
    """Return the sizes of contents by key; None, with a note, if they cannot be looked up."""
    keys = {key for one in files for _, key in one.paths}
    if len(keys) > MOST_FILES:
        text = f"The sizes of {counted(len(keys), 'files')} were not looked up."
        return None, (Note(NO_SIZES, text, "size_bytes"),)
    if not keys:
        return {}, ()
    try:
        return store.files().sizes(keys), ()
    except StoreError as error:
        text = f"The sizes of files are unknown. {error.message}"
        return None, (Note(NO_SIZES, text, "size_bytes"),)


def _summary(link: Linked, files: Files) -> str | None:
    """Return a few words about a node: what it holds, or else its own label."""
    found = (
        _described(link),
        _value(link.value),
        link.node_label,
        _document(link.document),
        _contents(files),
    )
    text = next(filter(None, found), None)
    if not text:
        return None
    plain = one_line(well_formed(text))
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…"


def _described(link: Linked) -> str | None:
    """Return what a type says of itself by its attributes."""
    if not link.described:
        return None
    subject = Subject(
        link.uuid or "", link.node_type or "", "", "", decoded(link.described), no_files
    )
    try:
        return describe(subject)
    except (CannotExport, NoSuchFile):
        return None


def _value(text: Any) -> str | None:  # noqa: ANN401 - a stored value of any type
    """Return a stored number, string or boolean; nothing for what is larger."""
    if not isinstance(text, str) or text.lstrip()[:1] in ("{", "["):
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, str) else text.strip()


def _document(text: Any) -> str | None:  # noqa: ANN401 - a stored value of any type
    """Return the keys of a dictionary, or how many values a list has."""
    found = decoded(text)
    if isinstance(found.get("list"), list) and len(found) == 1:
        return counted(len(found["list"]), "values")
    return ", ".join(sorted(found))


def _contents(files: Files) -> str | None:
    """Return what the files of a node tell: the names of arrays, one file, or their number."""
    if files.arrays:
        return ", ".join(files.arrays)
    if len(files.paths) == 1:
        return files.paths[0][0]
    return counted(len(files.paths), "files") if files.paths else None
