"""Rows of lists and parts of answers, as the interface has them. Floor: client.

`docs/client_types.py` writes this file. A value that a damaged store cannot show is None, whatever
its type; what an answer does not show is no attribute.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from provender.client.results import Record


class Node(Record):
    """A node of the graph."""

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
    """A neighbour of a node, and the link to it."""

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


class ProcessRow(Record):
    """A process of a list."""

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
    process_label: str | None
    process_state: str | None
    is_running: bool
    exit_status: int | None
    exit_message: str | None
    paused: bool
    user: Record | None
    computer: Record | None
    parent: str | None
    url: str | None


class ProcessStatus(Record):
    """The state of a process."""

    __slots__ = ()

    uuid: str
    process_label: str | None
    process_state: str | None
    is_running: bool
    exit_status: int | None
    exit_message: str | None
    paused: bool
    mtime: datetime


class ProcessSummary(Record):
    """All about a process."""

    __slots__ = ()

    uuid: str
    label: str
    description: str
    node_type: str
    process_type: str | None
    ctime: datetime
    mtime: datetime
    process_label: str | None
    process_state: str | None
    is_running: bool
    exit_status: int | None
    exit_message: str | None
    paused: bool
    user: Record | None
    computer: Record | None
    parent: str | None
    url: str | None
    inputs: list[Any]
    outputs: list[Any]
    times: Record
    called: list[Any]
    called_total: int
    is_complete: bool


class ProcessEvent(Record):
    """An event in the life of a process."""

    __slots__ = ()

    event: str
    time: datetime | None
    local_time: str | None
    source: str
    uuid: str
    label: str | None
    url: str | None
    log_id: int
    level: str
    message: str


class LogRow(Record):
    """A row of a log."""

    __slots__ = ()

    id: int
    time: datetime
    levelname: str
    loggername: str
    message: str
    process: str
    depth: int


class Traceback(Record):
    """Why a process failed."""

    __slots__ = ()

    state: str | None
    exit_status: int | None
    exit_message: str | None
    exception: str | None
    lines: list[Any]
    origin: Record | None
    called: list[Any]


class Result(Record):
    """What a process gave, or was given, under a label."""

    __slots__ = ()

    label: str
    link_type: str
    uuid: str
    node_type: str
    formats: list[Any]
    size_bytes: int | None
    files: int
    summary: str | None
    url: str | None


class ProcessType(Record):
    """A type of processes."""

    __slots__ = ()

    process_type: str | None
    label: str | None
    count: int
    states: Record
    exit_statuses: Record
    url: str


class JobFile(Record):
    """A file that a job sent or brought back."""

    __slots__ = ()

    side: str
    uuid: str
    path: str
    name: str
    type: str
    size: int | None
    sha256: str
    mime_type: str
    binary: bool | None


class StoredArray(Record):
    """An array of a node."""

    __slots__ = ()

    name: str
    dtype: str
    shape: list[Any]
    bytes: int


class Comment(Record):
    """What somebody wrote on a node."""

    __slots__ = ()

    created_time: str
    modified_time: str
    message: str
    user: str


class Change(Record):
    """A node that was written."""

    __slots__ = ()

    uuid: str | None
    kind: str
    mtime: datetime | None


class Computer(Record):
    """A computer on which jobs ran."""

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
    """A code that jobs ran."""

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
    """A group of nodes."""

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
    """Who made nodes."""

    __slots__ = ()

    id: int
    first_name: str
    last_name: str
    institution: str


class Schema(Record):
    """A type of nodes that has a schema."""

    __slots__ = ()

    node_type: str
    documented: bool
    observed: bool
    url: str


class View(Record):
    """A saved selection."""

    __slots__ = ()

    name: str
    title: str
    description: str
    answers: str
    url: str
