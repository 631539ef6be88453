"""A whole store as AiiDA's QueryBuilder and ORM give it, in plain Python."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import format_datetime
from typing import Any

from aiida import orm  # noqa: TID251 - this runs in AiiDA's environment

COLUMNS = ("uuid", "node_type", "process_type", "label", "description", "ctime", "mtime")
OTHERS = {
    "logs": (orm.Log, ("uuid", "time", "loggername", "levelname", "message")),
    "comments": (orm.Comment, ("uuid", "ctime", "mtime", "content")),
    "groups": (orm.Group, ("uuid", "label", "type_string", "description")),
    "user": (orm.User, ("first_name", "last_name", "institution")),
    "computer": (orm.Computer, ("uuid", "label", "hostname", "scheduler_type", "transport_type")),
}
DATA = ("create", "return", "input_calc", "input_work")
CALLS = ("call_calc", "call_work")


@dataclass
class Node:
    """A node: its columns, JSON, who it belongs to, and the things that hang on it."""

    pk: int
    columns: dict[str, Any]
    attributes: dict[str, Any]
    extras: dict[str, Any]
    user: dict[str, Any] | None
    computer: dict[str, Any] | None
    things: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def uuid(self):
        return self.columns["uuid"]


@dataclass(frozen=True)
class Link:
    """A link: its id, and the uuids of its ends."""

    pk: int
    source: str
    target: str
    type: str
    label: str


class World:
    """All nodes by uuid, and all links by their ids."""

    def __init__(self):
        users, computers = of_ids("user"), of_ids("computer")
        names = ("id", *COLUMNS, "user_id", "dbcomputer_id", "attributes", "extras")
        found = orm.QueryBuilder().append(orm.Node, tag="node", project=[*names])
        self.nodes = {}
        for row in found.dict():
            values = row["node"]
            node = Node(
                values["id"],
                {name: in_utc(values[name]) for name in COLUMNS},
                values["attributes"],
                values["extras"],
                users.get(values["user_id"]),
                computers.get(values["dbcomputer_id"]),
                {"logs": [], "comments": [], "groups": []},
            )
            self.nodes[node.uuid] = node
        self.links = links()
        self._add("logs", "with_node")
        self._add("comments", "with_node")
        self._add("groups", "with_node")
        self._files = {}

    def _add(self, name, keyword):
        """Give each node the logs, comments or groups that it has, in the order of their ids."""
        entity, columns = OTHERS[name]
        query = orm.QueryBuilder().append(orm.Node, tag="node", project="uuid")
        query.append(entity, project=["id", *columns], **{keyword: "node"})
        rows = sorted(query.all(), key=lambda row: row[1])
        for uuid, _, *values in rows:
            thing = dict(zip(columns, map(shown, values), strict=True))
            self.nodes[uuid].things[name].append(thing)

    def files(self, uuid):
        """Return path, size and SHA-256 of all files of a node, read by AiiDA."""
        if uuid not in self._files:
            self._files[uuid] = sorted(read_files(uuid), key=lambda item: item["path"])
        return self._files[uuid]

    def above(self, uuid, types):
        """Return the links that end in a node."""
        return [link for link in self.links if link.target == uuid and link.type in types]

    def below(self, uuid, types):
        """Return the links that begin in a node."""
        return [link for link in self.links if link.source == uuid and link.type in types]


def read_files(uuid):
    repository = orm.load_node(uuid).base.repository
    for root, _, names in repository.walk():
        for name in names:
            content = repository.get_object_content(root / name, mode="rb")
            digest = hashlib.sha256(content).hexdigest()
            yield {"path": (root / name).as_posix(), "size": len(content), "sha256": digest}


def links():
    query = orm.QueryBuilder().append(orm.Node, tag="source", project="uuid")
    query.append(
        orm.Node, with_incoming="source", project="uuid", edge_project=["id", "type", "label"]
    )
    found = [
        Link(pk, source, target, kind, label) for source, target, pk, kind, label in query.all()
    ]
    return sorted(found, key=lambda link: link.pk)


def of_ids(name):
    """Return the users or computers by their ids."""
    entity, columns = OTHERS[name]
    query = orm.QueryBuilder().append(entity, project=["id", *columns])
    return {pk: dict(zip(columns, map(shown, values), strict=True)) for pk, *values in query.all()}


def shown(value):
    """Return a value as an answer shows it: times as in HTTP."""
    if isinstance(value, datetime):
        return format_datetime(in_utc(value).replace(microsecond=0), usegmt=True)
    return value


def in_utc(value):
    """Return a value, a time in UTC: PostgreSQL gives it in the zone of its server."""
    return value.astimezone(timezone.utc) if isinstance(value, datetime) else value


def number_of(entity):
    return orm.QueryBuilder().append(entity).count()
