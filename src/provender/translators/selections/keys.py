"""Which keys the nodes of a selection have inside JSON. Floor: translators."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from provender.errors import BadValue
from provender.query.plan.conditions import Target
from provender.query.plan.plan import Output
from provender.query.plan.views import vocabulary
from provender.query.querydict import Name
from provender.schema.entities import Kind
from provender.schema.statements import Record as Values
from provender.translators.inquiry import Inquiry
from provender.translators.records import Record
from provender.translators.selections.facets import value_of
from provender.translators.selections.selection import Selection
from provender.translators.session import Session

# Nodes that a sample has at most, and pairs of a key and a type that are looked at.
SAMPLE, MOST_PAIRS = 5_000, 5_000


@dataclass(slots=True)
class Key:
    """A key of objects: the types of its values, most frequent first, the nodes, an example."""

    name: str
    types: list[str] = field(default_factory=list)
    count: int = 0
    example: Any = None

    def add(self, kind: str, number: float | None, text: str | None, count: int) -> None:
        """Count values of one more type."""
        self.types.append(kind)
        self.count += count
        if self.example is None:
            self.example = value_of(kind, number, text)


@dataclass(frozen=True, slots=True)
class Found:
    """The pairs of keys and types in a sample, the nodes of it, and whether there are others."""

    rows: list[Values]
    nodes: int
    is_sampled: bool


def target_of(selection: Selection, name: Name) -> Target:
    """Return a JSON column, or a path into one.

    Raises:
        BadRequest: there is no such name, or no JSON is stored there.
    """
    view = selection.view
    if name in view.documents:
        return Target(view.name, view.entity.fields[str(name)])
    target = vocabulary(view, selection.expose).to_ask(view.name, name)
    if target.field.kind is not Kind.JSON:
        raise BadValue(
            f"`{name}` is {target.field.kind.value}, which has no keys.",
            hint=f"Keys are in {' and '.join(view.documents)}.",
        )
    return target


def read_keys(selection: Selection, target: Target, session: Session) -> Found:
    """Return the keys of a sample of the nodes of a selection."""
    plan = selection.narrow(selection.plan(["id"]), session)
    plan, is_sampled = selection.sampled(plan, session, SAMPLE)
    named = replace(plan, outputs=(Output("value", target),))
    return Found(session.keys(named, MOST_PAIRS), session.total(plan), is_sampled)


def keys_of(rows: Iterable[Values]) -> Iterator[Key]:
    """Yield the keys, those of most nodes first, equal ones by name."""
    keys: dict[str, Key] = {}
    for name, kind, count, number, text in rows:
        if name is not None:
            keys.setdefault(name, Key(name)).add(kind, number, text, count)
    yield from sorted(keys.values(), key=lambda key: (-key.count, key.name))


class KeysOf(Inquiry[Found, Record]):
    """The keys of objects inside JSON, with the types and the number of their values."""

    is_expensive = True

    def __init__(self, selection: Selection, under: Name, size: int) -> None:
        self._selection, self._size = selection, size
        self._target = target_of(selection, under)
        selection.plan(["id"])

    def read(self, session: Session) -> Found:
        """Return the keys of the sample."""
        return read_keys(self._selection, self._target, session)

    def present(self, raw: Found) -> Record:
        """Return the keys as records."""
        keys = [*keys_of(raw.rows)]
        is_cut = len(keys) > self._size or len(raw.rows) >= MOST_PAIRS
        return {
            "keys": [_shown(key, raw.nodes) for key in keys[: self._size]],
            "nodes": raw.nodes,
            "sampled": raw.is_sampled,
            "truncated": "rows" if is_cut else None,
        }


def _shown(key: Key, nodes: int) -> Record:
    count = min(key.count, nodes)  # a key may stand twice in an object
    return {
        "name": key.name,
        "types": key.types,
        "count": count,
        "share": round(count / nodes, 4),
        "example": key.example,
    }
