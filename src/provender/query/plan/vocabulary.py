"""The names that a query may use for the fields of an entity. Floor: query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from provender.errors import BadOperator, UnknownField
from provender.query.plan.conditions import Path, Target
from provender.query.plan.operators import POSTED, QUERY_STRING, Operators
from provender.query.querydict import Dotted, Name, Stored
from provender.schema.entities import (
    CLOSURE,
    LINK,
    MEMBERSHIP,
    Computed,
    Entity,
    Field,
    FieldName,
    Kind,
)

# Other names of columns in posted queries.
ALIASES: dict[str, dict[str, str]] = {
    "node": {"pk": "id", "user": "user_id", "computer": "dbcomputer_id"},
    "group": {"pk": "id", "user": "user_id"},
    "computer": {"pk": "id"},
    "user": {"pk": "id"},
    "authinfo": {"pk": "id", "user": "aiidauser_id", "computer": "dbcomputer_id"},
    "comment": {"pk": "id", "user": "user_id", "node": "dbnode_id"},
    "log": {"pk": "id", "node": "dbnode_id"},
}
# The columns that only a setting opens, and its value.
PRIVATE = {("user", "email"): "users.email"}
OLD_SPELLING = "_metadata"


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Names of fields: for filters and orders (`asked`) and in answers (`shown`).

    `documents` are the JSON columns that a dotted name may walk into, `operators` are those
    of each type. A private name is left out, so that it gives the error of an unknown name.
    """

    entity: Entity
    asked: Mapping[FieldName, Field]
    shown: Mapping[FieldName, Field]
    documents: Mapping[str, Field]
    operators: Operators = QUERY_STRING

    def to_ask(self, tag: str, name: Name) -> Target:
        """Return what a name filters or orders by; raises `UnknownField` with the valid names."""
        return self._target(tag, name, self.asked, "key")

    def to_show(self, tag: str, name: FieldName | Dotted) -> Target:
        """Return the target of a name in a projection."""
        return self._target(tag, name, self.shown, "column")

    def all_columns(self) -> list[str]:
        """Return the names of all columns, as `**` shows them."""
        return [name for name in self.entity.fields if name in self.shown]

    def _target(self, tag: str, name: Name, known: Mapping[FieldName, Field], what: str) -> Target:
        if isinstance(name, Stored):
            return Target(tag, self.entity.fields[name.column])
        if isinstance(name, str) and "." in name:
            column, *segments = name.split(".")
            name = Dotted(column, tuple(segments))
        if isinstance(name, Dotted):
            return self._inside(tag, name, known, what)
        field = known.get(name)
        if field is None:
            raise self._unknown(str(name), known, what)
        return Target(tag, field)

    def _inside(
        self, tag: str, name: Dotted, known: Mapping[FieldName, Field], what: str
    ) -> Target:
        """Return the target of a path in a JSON column."""
        field = self.documents.get(name.column)
        if field is None and name.column in known:
            raise BadOperator(f"`{name.column}` is {known[name.column].kind.value}, not JSON.")
        if field is None:
            raise self._unknown(name.column, known, what)
        return Target(tag, field, Path.of(name.path))

    def _unknown(self, name: str, known: Mapping[FieldName, Field], what: str) -> UnknownField:
        valid = [key for key in known if isinstance(key, str)]
        hint = None if valid else "The edge of this join has no columns."
        if self.documents:
            below = (f"{column}.KEY" for column in self.documents if column != OLD_SPELLING)
            hint = f"Keys inside JSON are written {', '.join(below)}."
        return UnknownField(f"Unknown {what} `{name}`.", name=name, valid=valid, hint=hint)

    def nullable(self) -> Vocabulary:
        """Return the names of a thing that an outer join may leave out."""
        return _nullable(self)


@lru_cache(maxsize=256)
def _nullable(names: Vocabulary) -> Vocabulary:
    """Return names whose fields may have no value; the same objects for the same names."""
    made = {
        field: replace(field, nullable=True)
        for fields in (names.asked, names.shown, names.documents)
        for field in fields.values()
    }
    return replace(
        names,
        asked={name: made[field] for name, field in names.asked.items()},
        shown={name: made[field] for name, field in names.shown.items()},
        documents={name: made[field] for name, field in names.documents.items()},
    )


def documents(fields: Mapping[str, Field]) -> Mapping[str, Field]:
    """Return the JSON columns among fields."""
    return {name: field for name, field in fields.items() if field.kind is Kind.JSON}


def is_open(entity: Entity, name: FieldName, expose: tuple[str, ...]) -> bool:
    """Return whether a field is public, or opened by a profile."""
    return isinstance(name, Computed) or PRIVATE.get((entity.name, name)) in (None, *expose)


@lru_cache(maxsize=64)
def posted_vocabulary(entity: Entity, expose: tuple[str, ...]) -> Vocabulary:
    """Return the names of an entity in posted queries, with those that a profile opens."""
    fields = {name: field for name, field in entity.fields.items() if is_open(entity, name, expose)}
    aliases = {
        name: fields[column]
        for name, column in ALIASES.get(entity.name, {}).items()
        if column in fields
    }
    names: dict[FieldName, Field] = {
        name: fields.get(name) or aliases[name] for name in (*fields, *aliases)
    }
    json = dict(documents(fields))
    if "metadata" in json:
        json[OLD_SPELLING] = json["metadata"]
    return Vocabulary(entity, names, names, json, POSTED)


def edge_vocabulary(entity: Entity | None) -> Vocabulary:
    """Return the names of an edge: a link, a membership, a closure, or one without columns."""
    return _EDGES[entity] if entity else _BARE


def _whole(entity: Entity) -> Vocabulary:
    """Return all columns of an entity under their own names."""
    return Vocabulary(entity, entity.names, entity.names, documents(entity.fields), POSTED)


_EDGES = {entity: _whole(entity) for entity in (LINK, MEMBERSHIP, CLOSURE)}
_BARE = Vocabulary(LINK, {}, {}, {}, POSTED)
