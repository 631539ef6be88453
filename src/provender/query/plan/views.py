"""A view: a resource of a dialect as data. Which rows, under which names. Floor: query."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from provender.query.plan.vocabulary import Vocabulary, documents, is_open
from provender.query.querydict import Filter
from provender.query.terms import Term
from provender.schema.entities import Entity, Field, FieldName


class Identity(Enum):
    """How a path names an object."""

    UUID = "uuid"
    PK = "pk"
    PK_OR_UUID = "pk or uuid"


@dataclass(frozen=True, slots=True)
class Key:
    """A name to filter and order by.

    `field` is the field that it names. `spelling` turns a term into filters if values have more
    than one spelling. `absent` says why a documented name cannot be used.
    """

    field: FieldName
    spelling: Callable[[Term], Filter] | None = None
    absent: str | None = None


@dataclass(frozen=True)
class View:
    """A resource.

    `shown` maps the names in an answer to fields or to constants;
    `subset` restricts the rows; `documents` are the JSON columns that filters may walk into;
    `noun` is the name of an object in messages.
    """

    name: str
    entity: Entity
    noun: str
    shown: Mapping[str, FieldName | Constant]
    keys: dict[str, Key]
    subset: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    identity: Identity = Identity.UUID
    has_full_type: bool = False
    has_contents: bool = False
    shows_links: bool = False

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that every object shows: a documented name without stored data."""

    value: object


@lru_cache(maxsize=256)
def vocabulary(view: View, expose: tuple[str, ...]) -> Vocabulary:
    """Return the names of a view, with the private ones that a profile opens."""
    entity = view.entity
    asked: dict[FieldName, Field] = {
        name: entity.field(key.field)
        for name, key in view.keys.items()
        if key.absent is None and is_open(entity, key.field, expose)
    }
    computed = {name: field for name, field in entity.names.items() if field.computed}
    walked = {name: entity.fields[name] for name in view.documents}
    return Vocabulary(entity, asked | computed, entity.names, walked)


@lru_cache(maxsize=16)
def whole_vocabulary(entity: Entity) -> Vocabulary:
    """Return all names of an entity, for queries of Provender itself."""
    return Vocabulary(entity, entity.names, entity.names, documents(entity.fields))
