"""Rows of lists and parts of answers, as the interface has them. Floor: client.

`docs/client_types.py` writes this file. A value that a damaged store cannot show is None, whatever
its type; what an answer does not show is no attribute.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from provender.client.rows.results import Record


class Node(Record):
    """A node of the graph.

    Attributes:
        id: The number of the row in this store.
        uuid: The same in every store.
        node_type: `data.` or `process.`, and the class of AiiDA.
        process_type: The entry point of AiiDA, or the module and the name of a function.
        ctime: When it was made.
        mtime: When it was written last.
        user_id: The id of who made it.
        full_type: The types of the node and of its process, with `|` between.
        attributes: As they are stored; where the list shows them.
        extras: As they are stored; where the list shows them.
        link_counts: How many links it has: `incoming` and `outgoing`.
        user: Who made it: `id` and `name`.
        computer: Where it ran: `uuid` and `label`.
    """

    __slots__ = ()

    id: int
    uuid: str
    label: str
    node_type: str
    process_type: str | None
    ctime: datetime
    mtime: datetime
    user_id: int
    full_type: str
    attributes: dict[str, Any]
    extras: dict[str, Any]
    link_counts: Record
    comments: list[Any]
    links: Record
    files: list[Any]
    groups: list[Any]
    user: Record | None
    computer: Record | None
    derived_properties: Record | None
    description: str


class LinkedNode(Record):
    """A neighbour of a node, and the link to it.

    Attributes:
        id: The number of the row in this store.
        uuid: The same in every store.
        node_type: `data.` or `process.`, and the class of AiiDA.
        process_type: The entry point of AiiDA, or the module and the name of a function.
        ctime: When it was made.
        mtime: When it was written last.
        user_id: The id of who made it.
        full_type: The types of the node and of its process, with `|` between.
        link_type: The kind of the link.
        link_label: The name of the link.
        link_counts: How many links it has: `incoming` and `outgoing`.
    """

    __slots__ = ()

    id: int
    uuid: str
    label: str
    node_type: str
    process_type: str | None
    ctime: datetime
    mtime: datetime
    user_id: int
    full_type: str
    link_type: str
    link_label: str
    link_counts: Record


class StoredArray(Record):
    """An array of a node.

    Attributes:
        dtype: As NumPy writes it: `<f8`.
        shape: The length of each axis.
        bytes: Of the values.
    """

    __slots__ = ()

    name: str
    dtype: str
    shape: list[Any]
    bytes: int


class Comment(Record):
    """What somebody wrote on a node.

    Attributes:
        user: Who made it: `id` and `name`.
    """

    __slots__ = ()

    created_time: str
    modified_time: str
    message: str
    user: str


class Change(Record):
    """A node that was written.

    Attributes:
        uuid: The same in every store.
        kind: created or changed.
        mtime: When it was written last.
    """

    __slots__ = ()

    uuid: str | None
    kind: str
    mtime: datetime | None


class Computer(Record):
    """A computer on which jobs ran.

    Attributes:
        id: The number of the row in this store.
        uuid: The same in every store.
    """

    __slots__ = ()

    id: int
    uuid: str
    label: str
    hostname: str
    description: str
    scheduler_type: str
    transport_type: str
    metadata: dict[str, Any]


class Code(Record):
    """A code that jobs ran.

    Attributes:
        id: The number of the row in this store.
        uuid: The same in every store.
        node_type: `data.` or `process.`, and the class of AiiDA.
        process_type: The entry point of AiiDA, or the module and the name of a function.
        ctime: When it was made.
        mtime: When it was written last.
        user_id: The id of who made it.
        full_type: The types of the node and of its process, with `|` between.
        computer: Where it ran: `uuid` and `label`.
        jobs_count: How many jobs ran it.
        url: Its address.
    """

    __slots__ = ()

    id: int
    uuid: str
    label: str
    node_type: str
    process_type: str | None
    ctime: datetime
    mtime: datetime
    user_id: int
    full_type: str
    description: str
    plugin: str | None
    executable: str | None
    computer: Record | None
    jobs_count: int
    url: str | None


class Group(Record):
    """A group of nodes.

    Attributes:
        id: The number of the row in this store.
        uuid: The same in every store.
        user_id: The id of who made it.
        extras: As they are stored; where the list shows them.
        counts: How many nodes it has: `total`, and `types`; with `include`.
    """

    __slots__ = ()

    id: int
    uuid: str
    label: str
    type_string: str
    description: str
    time: datetime
    user_id: int
    extras: dict[str, Any]
    counts: Record


class User(Record):
    """Who made nodes.

    Attributes:
        id: The number of the row in this store.
    """

    __slots__ = ()

    id: int
    first_name: str
    last_name: str
    institution: str


class Schema(Record):
    """A type of nodes that has a schema.

    Attributes:
        node_type: `data.` or `process.`, and the class of AiiDA.
        url: Its address.
    """

    __slots__ = ()

    node_type: str
    documented: bool
    observed: bool
    url: str


class View(Record):
    """A saved selection.

    Attributes:
        url: Its address.
    """

    __slots__ = ()

    name: str
    title: str
    description: str
    answers: str
    url: str
