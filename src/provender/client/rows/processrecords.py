"""Rows of lists and parts of answers, as the interface has them. Floor: client.

`docs/client_types.py` writes this file. A value that a damaged store cannot show is None, whatever
its type; what an answer does not show is no attribute.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from provender.client.rows.results import Record


class ProcessRow(Record):
    """A process of a list.

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
        process_label: The name of the class or function.
        process_state: created, waiting, running, finished, excepted or killed.
        is_running: Whether it is created, waiting or running.
        exit_status: 0, or the number of the failure; of finished processes.
        exit_message: What the failure is.
        paused: Whether somebody paused it.
        user: Who made it: `id` and `name`.
        computer: Where it ran: `uuid` and `label`.
        parent: The uuid of the process that called it.
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
    """The state of a process.

    Attributes:
        uuid: The same in every store.
        process_label: The name of the class or function.
        process_state: created, waiting, running, finished, excepted or killed.
        is_running: Whether it is created, waiting or running.
        exit_status: 0, or the number of the failure; of finished processes.
        exit_message: What the failure is.
        paused: Whether somebody paused it.
        mtime: When it was written last.
    """

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
    """All about a process.

    Attributes:
        uuid: The same in every store.
        node_type: `data.` or `process.`, and the class of AiiDA.
        process_type: The entry point of AiiDA, or the module and the name of a function.
        ctime: When it was made.
        mtime: When it was written last.
        process_label: The name of the class or function.
        process_state: created, waiting, running, finished, excepted or killed.
        is_running: Whether it is created, waiting or running.
        exit_status: 0, or the number of the failure; of finished processes.
        exit_message: What the failure is.
        paused: Whether somebody paused it.
        user: Who made it: `id` and `name`.
        computer: Where it ran: `uuid` and `label`.
        parent: The uuid of the process that called it.
        url: Its address.
        times: When it was made, ran and ended: each with its source.
        called: What it called, nested; with `tree`.
    """

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
    """An event in the life of a process.

    Attributes:
        uuid: The same in every store.
        url: Its address.
    """

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
    """A row of a log.

    Attributes:
        id: The number of the row in this store.
        levelname: DEBUG, INFO, REPORT, WARNING, ERROR or CRITICAL.
        process: The uuid of the process that logged it.
        depth: 0 for the process itself, 1 for what it called, and so on.
    """

    __slots__ = ()

    id: int
    time: datetime
    levelname: str
    loggername: str
    message: str
    process: str
    depth: int


class Traceback(Record):
    """Why a process failed.

    Attributes:
        exit_status: 0, or the number of the failure; of finished processes.
        exit_message: What the failure is.
        called: What it called, nested; with `tree`.
    """

    __slots__ = ()

    state: str | None
    exit_status: int | None
    exit_message: str | None
    exception: str | None
    lines: list[Any]
    origin: Record | None
    called: list[Any]


class Result(Record):
    """What a process gave, or was given, under a label.

    Attributes:
        link_type: The kind of the link.
        uuid: The same in every store.
        node_type: `data.` or `process.`, and the class of AiiDA.
        formats: In which it can be had, the best one first.
        size_bytes: Of its files, not compressed.
        summary: A few words: a formula, a number, a text.
        url: Its address.
    """

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
    """A type of processes.

    Attributes:
        process_type: The entry point of AiiDA, or the module and the name of a function.
        url: Its address.
    """

    __slots__ = ()

    process_type: str | None
    label: str | None
    count: int
    states: Record
    exit_statuses: Record
    url: str


class JobFile(Record):
    """A file that a job sent or brought back.

    Attributes:
        side: inputs or outputs.
        uuid: The same in every store.
        sha256: Of the content.
    """

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
