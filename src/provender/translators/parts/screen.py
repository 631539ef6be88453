"""A node with the parts that a request names, from one snapshot. Floor: translators.

The parts are those that have routes of their own, and look as they do there. One that cannot be
shown is null with a note, and hides no other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from provender.errors import BadRequest, LimitExceeded, NotFound, ProvenderError, StoreError
from provender.exports.registry import derived, has_derived
from provender.logs import printable
from provender.query.plan.views import View
from provender.query.querystring.advice import Note
from provender.query.querystring.parameter import Parameters
from provender.query.querystring.parameters import OF_ATTRIBUTES, OF_EXTRAS
from provender.query.querystring.parameters import Contents as Column
from provender.schema.statements import Record as Values
from provender.settings import Limits
from provender.store.database.faults import too_large
from provender.store.stores import Store
from provender.translators.contents import Comments, Content, JsonColumn
from provender.translators.files import FileEntry, FilesOf
from provender.translators.inquiry import Inquiry
from provender.translators.lists import Detail
from provender.translators.parts.attached import (
    ComputerOf,
    DescriptionOf,
    GroupsOf,
    LinkCountsOf,
    LinksOf,
    Part,
    UserOf,
)
from provender.translators.parts.filetree import MANY, FileTree
from provender.translators.records import Record
from provender.translators.session import Session
from provender.translators.subject import SubjectOf, SubjectRow

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Views:
    """How the parts of a node show other things."""

    neighbours: View
    groups: View
    computers: View


@dataclass(frozen=True, slots=True)
class Asked:
    """The node that a request is for, and the names of the parts that it wants."""

    view: View
    identifier: str | int
    names: tuple[str, ...]
    parameters: Parameters
    views: Views
    limits: Limits


class PartTooLarge(LimitExceeded):
    """The part `part` is larger than an answer may be; the others are not to blame."""

    def __init__(self, part: str, error: LimitExceeded) -> None:
        super().__init__(error.message, hint=error.hint)
        self.part = part


@dataclass(frozen=True, slots=True)
class Screen:
    """The record of a node, and its parts by name: values, or why they cannot be shown."""

    record: Record
    parts: Mapping[str, Any]

    @property
    def has_long_parts(self) -> bool:
        """Whether it may take long to show: something is computed from files, or they are many."""
        return any(_is_long(item) for item in self.parts.values())

    def shown(self, store: Store, limits: Limits) -> Shown:
        """Return the answer; `store` has the files that parts are made of."""
        record, is_lasting = dict(self.record), True
        notes: list[Note] = []
        for name, found in self.parts.items():
            try:
                part = _part(found, store, limits)
            except (BadRequest, NotFound, StoreError) as error:
                part = Part(None, (_refusal(name, error),))
                is_lasting = is_lasting and not isinstance(error, StoreError)
            record[name] = part.value
            notes += part.notes
        return Shown(record, tuple(notes), is_lasting)


@dataclass(frozen=True, slots=True)
class Shown:
    """A node with its parts, and notes on those that cannot be shown, or not in full.

    It is not lasting if files could not be read: they may be there the next time.
    """

    record: Record
    notes: tuple[Note, ...]
    is_lasting: bool


class NodeWithParts(Inquiry[tuple[list[Values], dict[str, Any]], Screen]):
    """A node as a list shows it, and some of its parts.

    `read` raises `PartTooLarge` for a part with which the answer would be too large. It notes which
    part it reads, so that an error of the database can be told to be of that part. The `refused`
    parts were too large before.
    """

    def __init__(
        self,
        asked: Asked,
        refused: Mapping[str, PartTooLarge],
        makers: Mapping[str, Callable[[Asked], Inquiry[Any, Any]]] | None = None,
    ) -> None:
        makers = MAKERS if makers is None else makers
        self._detail = Detail(asked.view, asked.identifier, asked.parameters)
        self._names = asked.names
        self._refused = refused
        wanted = (name for name in asked.names if name not in refused)
        self._parts = {name: makers[name](asked) for name in wanted}
        self._most = asked.limits.answer_bytes
        self._reading: str | None = None

    def read(self, session: Session) -> tuple[list[Values], dict[str, Any]]:
        """Return the rows of the node, and what each part is made of."""
        self._reading = None
        rows, found, size = self._detail.read(session), {}, 0
        for name, inquiry in self._parts.items():
            self._reading = name
            found[name] = inquiry.read(session)
            size += sum(map(len, _texts(found[name])))
            if size > self._most:
                raise too_large()
        return rows, found

    def explained(self, error: ProvenderError) -> ProvenderError:
        """Return the error of a part that is too large with the name of the part."""
        if isinstance(error, LimitExceeded) and self._reading is not None:
            return PartTooLarge(self._reading, error)
        return error

    def present(self, raw: tuple[list[Values], dict[str, Any]]) -> Screen:
        """Return the node; parts that cannot be read are errors in it."""
        rows, found = raw
        record = self._detail.present(rows).records[0]
        return Screen(record, {name: self._presented(name, found) for name in self._names})

    def _presented(self, name: str, found: Mapping[str, Any]) -> object:
        """Return a part, or the error that says why it cannot be shown."""
        if name in self._refused:
            return self._refused[name]
        try:
            return self._parts[name].present(found[name])
        except BadRequest as error:
            return error


def _column(column: Column) -> Callable[[Asked], Inquiry[Any, Any]]:
    def make(asked: Asked) -> Inquiry[Any, Any]:
        names = asked.parameters[column.names]
        return JsonColumn(asked.view, asked.identifier, column.column, names)

    return make


def _links(asked: Asked) -> Inquiry[Any, Any]:
    neighbours, limit = asked.views.neighbours, asked.limits.default
    has_counts = "link_counts" in asked.names
    return LinksOf(asked.view, asked.identifier, neighbours, limit, has_counts=has_counts)


Makers = Mapping[str, Callable[[Asked], Inquiry[Any, Any]]]
# The inquiry of each part.
MAKERS: Makers = {
    "attributes": _column(OF_ATTRIBUTES),
    "extras": _column(OF_EXTRAS),
    "comments": lambda asked: Comments(asked.view, asked.identifier),
    "links": _links,
    "files": lambda asked: FilesOf(asked.view, asked.identifier, ""),
    "groups": lambda asked: GroupsOf(
        asked.view, asked.identifier, asked.views.groups, asked.limits.default
    ),
    "user": lambda asked: UserOf(asked.view, asked.identifier),
    "computer": lambda asked: ComputerOf(asked.view, asked.identifier, asked.views.computers),
    "derived_properties": lambda asked: SubjectOf(asked.view, asked.identifier),
    "link_counts": lambda asked: LinkCountsOf(asked.view, asked.identifier),
    "description": lambda asked: DescriptionOf(asked.view, asked.identifier),
}


def _is_long(found: object) -> bool:
    if isinstance(found, SubjectRow):
        return has_derived(found.node_type or "")
    return isinstance(found, FileTree) and len(found.files) > MANY


def _part(found: object, store: Store, limits: Limits) -> Part:
    """Return a part as an answer shows it; raises what keeps it from being shown."""
    if isinstance(found, ProvenderError):
        raise found
    if isinstance(found, Content):
        return Part(found.value)
    if isinstance(found, FileEntry):
        return Part(found.listing(store), found.notes)
    if isinstance(found, FileTree):
        return found.part(store)
    if isinstance(found, SubjectRow):
        is_empty = not has_derived(found.node_type or "")
        return Part({} if is_empty else derived(found.subject(store, limits)))
    if isinstance(found, Part):
        return found
    raise TypeError(found)


def _refusal(name: str, error: ProvenderError) -> Note:
    """Return the note on a part that cannot be shown; errors of the store are logged, too."""
    words = printable(error.message)
    if isinstance(error, StoreError):
        LOGGER.warning("%s: %s %s", name, words, printable(error.reason or ""))
    return Note(error.code, f"`{name}` cannot be shown: {words}", name)


def _texts(found: object) -> Iterator[str]:
    """Yield the texts in the rows of a part."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, list | tuple):
        for item in found:
            yield from _texts(item)
    elif isinstance(found, dict):
        yield from _texts(list(found.values()))
    elif is_dataclass(found):
        for field in fields(found):
            yield from _texts(getattr(found, field.name))
