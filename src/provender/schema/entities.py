"""The entities of a store and their fields: the only list of their types. Floor: schema."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sqlalchemy import Table

from provender.schema import tables


class Kind(Enum):
    """The type of a field, as a person would name it in an error.

    NUMBER and LOCAL_TIME come from casts, DAY is that of a time.
    """

    INTEGER = "an integer"
    TEXT = "a string"
    UUID = "a uuid"
    TIME = "a datetime"
    BOOLEAN = "true or false"
    JSON = "JSON"
    NUMBER = "a number"
    LOCAL_TIME = "a datetime without offset"
    DAY = "a day"

    __hash__ = object.__hash__  # plans are hashed at each request


class Computed(Enum):
    """A field that no table has: an expression that `query.sql.computed` writes."""

    SHORT_TYPE = "the type of a node as the older dialect shows it"
    PROCESS_STATE = "the state of a process in upper case"
    CREATION_DAY = "the day in UTC on which a node was created"
    DESCRIBED_ATTRIBUTES = "the attributes of a node that is described by them"
    SHORT_DOCUMENT = "the attributes of a dictionary or a list, if they are short"
    OLD_GROUP_TYPE = "the type of a group before AiiDA 1.0"
    SHORT_SCHEDULER = "the type of a scheduler as the older dialect shows it"
    SHORT_TRANSPORT = "the type of a transport as the older dialect shows it"
    ALWAYS_ENABLED = "true"
    INCOMING_LINKS = "the number of links to a node"
    OUTGOING_LINKS = "the number of links from a node"
    MESSAGE_LINES = "the number of lines of the message of a log"
    FAILURE = "whether a process failed: `FAILED`, or no value"
    CALLER = "the id of a workflow that called a process"
    WRITER = "the last 32 bits of the number of the transaction that wrote a row; 0 without one"


# The name of a field of an entity: its column, or a computed field.
FieldName = str | Computed


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field of an entity: the column called `name`, or an expression if it is `computed`.

    Each field has one object, which equals only itself: plans are hashed at each request.
    """

    name: str
    kind: Kind
    nullable: bool = False
    computed: Computed | None = None


@dataclass(frozen=True, eq=False)
class Entity:
    """A kind of thing with a table of its own; `fields` are in the order of AiiDA's `**`.

    Each entity has one object, which equals only itself.
    """

    name: str
    table: Table
    fields: dict[str, Field]
    computed: dict[Computed, Field]

    @property
    def names(self) -> dict[FieldName, Field]:
        """All fields by their names, including the computed ones."""
        every = (*self.fields.values(), *self.computed.values())
        return {field.computed or field.name: field for field in every}

    def field(self, name: FieldName) -> Field:
        """Return the field of a name."""
        return self.computed[name] if isinstance(name, Computed) else self.fields[name]


def _fields(text: str) -> dict[str, Field]:
    """Return the fields of lines `KIND: name name?`; a question mark means nullable."""
    found: dict[str, Field] = {}
    for line in text.split(";"):
        kind, _, names = line.partition(":")
        for name in names.split():
            plain = name.removesuffix("?")
            found[plain] = Field(plain, Kind[kind.strip()], nullable=plain != name)
    return found


def _entity(name: str, table: Table, kinds: str, *computed: Field) -> Entity:
    by_name = _fields(kinds)
    ordered = {str(column.name): by_name[column.name] for column in table.columns}
    return Entity(name, table, ordered, {item.computed: item for item in computed if item.computed})


def _computed(computed: Computed, kind: Kind, *, nullable: bool = False) -> Field:
    return Field(computed.name.lower(), kind, nullable, computed)


NODE = _entity(
    "node",
    tables.NODE,
    "INTEGER: id dbcomputer_id? user_id; UUID: uuid; TIME: ctime mtime;"
    "TEXT: node_type process_type? label description;"
    "JSON: attributes? extras? repository_metadata",
    _computed(Computed.SHORT_TYPE, Kind.TEXT),
    _computed(Computed.PROCESS_STATE, Kind.TEXT, nullable=True),
    _computed(Computed.CREATION_DAY, Kind.DAY),
    _computed(Computed.DESCRIBED_ATTRIBUTES, Kind.JSON, nullable=True),
    _computed(Computed.SHORT_DOCUMENT, Kind.JSON, nullable=True),
    _computed(Computed.INCOMING_LINKS, Kind.INTEGER),
    _computed(Computed.OUTGOING_LINKS, Kind.INTEGER),
    _computed(Computed.FAILURE, Kind.TEXT, nullable=True),
    _computed(Computed.CALLER, Kind.INTEGER, nullable=True),
    _computed(Computed.WRITER, Kind.INTEGER),
)
GROUP = _entity(
    "group",
    tables.GROUP,
    "INTEGER: id user_id; UUID: uuid; TEXT: label type_string description; TIME: time;JSON: extras",
    _computed(Computed.OLD_GROUP_TYPE, Kind.TEXT),
)
COMPUTER = _entity(
    "computer",
    tables.COMPUTER,
    "INTEGER: id; UUID: uuid; JSON: metadata;"
    "TEXT: label hostname description scheduler_type transport_type",
    _computed(Computed.SHORT_SCHEDULER, Kind.TEXT),
    _computed(Computed.SHORT_TRANSPORT, Kind.TEXT),
    _computed(Computed.ALWAYS_ENABLED, Kind.BOOLEAN),
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
    _computed(Computed.MESSAGE_LINES, Kind.INTEGER, nullable=True),
)
LINK = _entity("link", tables.LINK, "INTEGER: id input_id output_id; TEXT: label type")
MEMBERSHIP = _entity("membership", tables.MEMBERSHIP, "INTEGER: id dbnode_id dbgroup_id")
CLOSURE = _entity("closure", tables.CLOSURE, "INTEGER: ancestor_id descendant_id depth; JSON: path")

ENTITIES = {
    entity.name: entity for entity in (NODE, GROUP, COMPUTER, USER, AUTHINFO, COMMENT, LOG, LINK)
}
