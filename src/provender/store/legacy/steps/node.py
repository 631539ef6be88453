"""A node of an older archive, while it is brought up to date. Floor: store."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from provender.store.legacy.origin import Remarks


class Document:
    """A JSON object: parsed when it is first looked into, written anew only if it was changed."""

    __slots__ = ("_changed", "_text", "_value")

    def __init__(self, text: str | None) -> None:
        self._text = text or "{}"
        self._value: dict[str, Any] | None = None
        self._changed = False

    @property
    def value(self) -> dict[str, Any]:
        """The object, to be looked at only."""
        if self._value is None:
            self._value = json.loads(self._text)
        return self._value

    def edit(self) -> dict[str, Any]:
        """Return the object, to be changed."""
        self._changed = True
        return self.value

    def replace(self, value: dict[str, Any]) -> None:
        """Put another object in its place."""
        self._value, self._changed = value, True

    def rename(self, old: str, new: str) -> None:
        """Give a value another key."""
        if old in self.value:
            found = self.edit()
            found[new] = found.pop(old)

    @property
    def text(self) -> str:
        """The object as JSON."""
        return json.dumps(self._value) if self._changed else self._text


@dataclass(slots=True)
class Node:
    """A node: its row as written, its attributes and extras, and which of their values are dates.

    The key of its type in `row` is `type` up to version 0.3, and `node_type` from then on.
    """

    pk: int
    row: dict[str, Any]
    attributes: Document
    extras: Document
    attribute_dates: Document = field(default_factory=lambda: Document(None))
    extra_dates: Document = field(default_factory=lambda: Document(None))

    def text(self, key: str) -> str:
        """Return a value of the row that is a string; an empty one if it is none."""
        found = self.row.get(key)
        return found if isinstance(found, str) else ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a step may need beside the node: where remarks go, and the files of nodes.

    `read_file` returns the content of a file of a node, by uuid and path; None if there is none, or
    if it is larger than any real one. `drop_file` takes it out of the tree.
    """

    remarks: Remarks
    read_file: Callable[[str, str], bytes | None]
    drop_file: Callable[[str, str], None]


NodeStep = Callable[[Node, Surroundings], None]
