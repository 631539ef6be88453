"""Filled templates as rows of a table: keys with dots, no objects inside. Floor: translators."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from provender.query.plan.template import LINKED, NAMED, Branch, Layer, Template
from provender.translators.records import Record

PLAIN = re.compile(r"[A-Za-z0-9_*\[\]-]+")
Keys = tuple[str, ...]


def flattened(template: Template, record: Record) -> Record:
    """Return one object with a key for each value; lists are lists of such objects.

    The keys are those of the template, whatever it was filled with: of a thing that is missing all
    values are null.

    Example:
        `{"outgoing": {"energy": {"more": false, "attributes": {"value": 1}}}}` becomes
        `{"outgoing.energy.more": false, "outgoing.energy.attributes.value": 1}`.
    """
    return {written(keys): value for keys, value in _values(template, record, ())}


def written(keys: Keys) -> str:
    """Return keys as a query string has a path: other characters are quoted."""
    return ".".join(key if PLAIN.fullmatch(key) else _quoted(key) for key in keys)


def _quoted(key: str) -> str:
    return '"' + key.replace('"', '""') + '"'


def _values(template: Template, record: Any, keys: Keys) -> Iterator[tuple[Keys, Any]]:  # noqa: ANN401 - JSON
    """Yield the values of a thing; the record is None for one that is missing."""
    for name in template.columns:
        yield (*keys, name), _at(record, (name,))
    for piece in template.pieces:
        yield (*keys, *piece.keys), _at(record, piece.keys)
    if template.files is not None:
        yield (*keys, "files"), _at(record, ("files",))
    for layer in template.layers:
        found = _at(record, (layer.kind.value,))
        for branch in layer.branches:
            yield from _branch(layer, branch, found, (*keys, layer.kind.value))


def _branch(layer: Layer, branch: Branch, found: Any, keys: Keys) -> Iterator[tuple[Keys, Any]]:  # noqa: ANN401 - JSON
    """Yield the values of a branch."""
    if layer.has_keys:
        keys, found = (*keys, branch.key), _at(found, (branch.key,))
    template = branch.template
    if template is None:
        yield keys, found
    elif branch.is_list:
        yield keys, None if found is None else [_one(template, one) for one in found]
    else:
        if layer.kind in LINKED and layer.kind not in NAMED:
            yield (*keys, "more"), _at(found, ("more",))
        yield from _values(template, found, keys)


def _one(template: Template, record: Record) -> Record:
    """Return a member of a list, after what it says of its link."""
    told = {key: record[key] for key in ("link_label", "link_type", "more") if key in record}
    return told | flattened(template, record)


def _at(record: Any, keys: Keys) -> Any:  # noqa: ANN401 - JSON
    """Return the value at some keys; None below what is missing."""
    for key in keys:
        if record is None:
            return None
        record = record[key]
    return record
