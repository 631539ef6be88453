"""The entities of a store and their fields: the one list of what has which type. Floor: store."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sqlalchemy import Table

from provender.schema import tables


class Kind(Enum):
    """The type of a field, as a person would name it in an error; the last two come from casts."""

    INTEGER = "an integer"
    TEXT = "a text"
    UUID = "a uuid"
    TIME = "a datetime"
    BOOLEAN = "true or false"
    JSON = "JSON"
    NUMBER = "a number"
    LOCAL_TIME = "a datetime without offset"

    __hash__ = object.__hash__  # plans are hashed at each request


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an entity.

    `column` is the table's column; a `computed` field has none and is an SQL expression that
    `query.sql.forms` writes under this name. Names of computed fields hold a colon, which no
    client can write.
    """

    name: str
    kind: Kind
    nullable: bool = False
    computed: bool = False


@dataclass(frozen=True)
class Entity:
    """A kind of thing with a table of its own; `fields` are in the order of AiiDA's `**`."""

    name: str
    table: Table
    fields: dict[str, Field]

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Entity) and other.name == self.name


def _fields(text: str) -> dict[str, Field]:
    """Return the fields of lines `KIND: name name?`; a question mark means nullable."""
    found: dict[str, Field] = {}
    for line in text.split(";"):
        kind, _, names = line.partition(":")
        for name in names.split():
            plain = name.removesuffix("?")
            found[plain] = Field(plain, Kind[kind.strip()], nullable=plain != name)
    return found


def _entity(name: str, table: Table, kinds: str, computed: tuple[Field, ...] = ()) -> Entity:
    by_name = _fields(kinds)
    ordered = {str(column.name): by_name[column.name] for column in table.columns}
    return Entity(name, table, ordered | {item.name: item for item in computed})


NODE = _entity(
    "node",
    tables.NODE,
    "INTEGER: id dbcomputer_id? user_id; UUID: uuid; TIME: ctime mtime;"
    "TEXT: node_type process_type? label description;"
    "JSON: attributes? extras? repository_metadata",
    (
        Field("type:short", Kind.TEXT, computed=True),
        Field("process:state", Kind.TEXT, nullable=True, computed=True),
        Field("ctime:day", Kind.TEXT, computed=True),
        Field("described:attributes", Kind.JSON, nullable=True, computed=True),
    ),
)
GROUP = _entity(
    "group",
    tables.GROUP,
    "INTEGER: id user_id; UUID: uuid; TEXT: label type_string description; TIME: time;JSON: extras",
    (Field("type:old", Kind.TEXT, computed=True),),
)
COMPUTER = _entity(
    "computer",
    tables.COMPUTER,
    "INTEGER: id; UUID: uuid; JSON: metadata;"
    "TEXT: label hostname description scheduler_type transport_type",
    (
        Field("scheduler:short", Kind.TEXT, computed=True),
        Field("transport:short", Kind.TEXT, computed=True),
        Field("always:enabled", Kind.BOOLEAN, computed=True),
    ),
)
USER = _entity("user", tables.USER, "INTEGER: id; TEXT: email first_name last_name institution")
AUTHINFO = _entity(
    "authinfo",
    tables.AUTHINFO,
    "INTEGER: id aiidauser_id dbcomputer_id; JSON: metadata auth_params; BOOLEAN: enabled",
)
COMMENT = _entity(
    "comment",
    tables.COMMENT,
    "INTEGER: id dbnode_id user_id; UUID: uuid; TIME: ctime mtime; TEXT: content",
)
LOG = _entity(
    "log",
    tables.LOG,
    "INTEGER: id dbnode_id; UUID: uuid; TIME: time; TEXT: loggername levelname message;"
    "JSON: metadata",
)
LINK = _entity("link", tables.LINK, "INTEGER: id input_id output_id; TEXT: label type")
MEMBERSHIP = _entity("membership", tables.MEMBERSHIP, "INTEGER: id dbnode_id dbgroup_id")
CLOSURE = _entity("closure", tables.CLOSURE, "INTEGER: ancestor_id descendant_id depth; JSON: path")

ENTITIES = {
    entity.name: entity for entity in (NODE, GROUP, COMPUTER, USER, AUTHINFO, COMMENT, LOG, LINK)
}
