"""The names that a query may use for the fields of an entity. Floor: query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from provender.errors import BadOperator, UnknownField
from provender.query.plan.conditions import Path, Target
from provender.query.plan.operators import Origin
from provender.query.querydict import Dotted
from provender.schema.entities import CLOSURE, LINK, MEMBERSHIP, Entity, Field, Kind

ALIASES: dict[str, dict[str, str]] = {
    "node": {"pk": "id", "user": "user_id", "computer": "dbcomputer_id"},
    "group": {"pk": "id", "user": "user_id"},
    "computer": {"pk": "id"},
    "user": {"pk": "id"},
    "authinfo": {"pk": "id", "user": "aiidauser_id", "computer": "dbcomputer_id"},
    "comment": {"pk": "id", "user": "user_id", "node": "dbnode_id"},
    "log": {"pk": "id", "node": "dbnode_id"},
}
"""Other names of columns in posted queries."""
PRIVATE = {("user", "email"): "users.email"}
"""The columns that only a setting opens, and its value."""
OLD_SPELLING = "_metadata"


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Names of fields: for filters and orders (`asked`) and in answers (`shown`).

    `documents` are the JSON columns that a dotted name may walk into. A private name is simply
    not there, so that the answer is that of an unknown name.
    """

    entity: Entity
    asked: Mapping[str, Field]
    shown: Mapping[str, Field]
    documents: Mapping[str, Field]
    origin: Origin = Origin.QUERY_STRING

    def to_ask(self, tag: str, name: str | Dotted) -> Target:
        """Return what a name filters or orders by; raises `UnknownField` with the valid names."""
        return self._target(tag, name, self.asked, "key")

    def to_show(self, tag: str, name: str | Dotted) -> Target:
        """Return what a name puts into the answer."""
        return self._target(tag, name, self.shown, "column")

    def all_columns(self) -> list[str]:
        """Return the names of all columns, as `**` shows them."""
        own = [name for name, field in self.entity.fields.items() if not field.computed]
        return [name for name in own if name in self.shown]

    def _target(
        self, tag: str, name: str | Dotted, known: Mapping[str, Field], what: str
    ) -> Target:
        if isinstance(name, str) and "." in name:
            column, *segments = name.split(".")
            name = Dotted(column, tuple(segments))
        if isinstance(name, str):
            field = known.get(name)
            if field is None:
                raise self._unknown(name, known, what)
            return Target(tag, field)
        field = self.documents.get(name.column)
        if field is None and name.column in known:
            raise BadOperator(f"`{name.column}` is {known[name.column].kind.value}, not JSON.")
        if field is None:
            raise self._unknown(name.column, known, what)
        return Target(tag, field, Path.of(name.path))

    def _unknown(self, name: str, known: Mapping[str, Field], what: str) -> UnknownField:
        valid = ", ".join(key for key in known if ":" not in key)
        hint = f"Valid: {valid}." if valid else "A join of this kind has no columns of its own."
        if self.documents:
            below = (f"{column}.KEY" for column in self.documents if column != OLD_SPELLING)
            hint += f" What is inside JSON is written {', '.join(below)}."
        return UnknownField(f"Unknown {what} `{name}`.", hint=hint)

    def nullable(self) -> Vocabulary:
        """Return the names of a thing that an outer join may leave out."""
        asked, shown = _nullable(self.asked), _nullable(self.shown)
        return Vocabulary(self.entity, asked, shown, _nullable(self.documents), self.origin)


def _nullable(fields: Mapping[str, Field]) -> Mapping[str, Field]:
    return {name: replace(field, nullable=True) for name, field in fields.items()}


def documents(fields: Mapping[str, Field]) -> Mapping[str, Field]:
    """Return the JSON columns among fields."""
    return {
        name: field
        for name, field in fields.items()
        if field.kind is Kind.JSON and not field.computed
    }


def is_open(entity: Entity, column: str, expose: tuple[str, ...]) -> bool:
    """Tell whether a column is public, or opened by a profile."""
    return PRIVATE.get((entity.name, column)) in (None, *expose)


@lru_cache(maxsize=64)
def posted_vocabulary(entity: Entity, expose: tuple[str, ...]) -> Vocabulary:
    """Return the names of an entity in posted queries, with the private ones that are opened."""
    fields = {
        name: field
        for name, field in entity.fields.items()
        if not field.computed and is_open(entity, name, expose)
    }
    aliases = {
        name: fields[column]
        for name, column in ALIASES.get(entity.name, {}).items()
        if column in fields
    }
    names = fields | aliases
    json = dict(documents(fields))
    if "metadata" in json:
        json[OLD_SPELLING] = json["metadata"]
    return Vocabulary(entity, names, names, json, Origin.POSTED)


def edge_vocabulary(entity: Entity | None) -> Vocabulary:
    """Return the names of an edge: of a link, a membership, a walk, or of none that has columns."""
    return _EDGES[entity] if entity else _BARE


_EDGES = {
    entity: Vocabulary(
        entity, entity.fields, entity.fields, documents(entity.fields), Origin.POSTED
    )
    for entity in (LINK, MEMBERSHIP, CLOSURE)
}
_BARE = Vocabulary(LINK, {}, {}, {}, Origin.POSTED)
