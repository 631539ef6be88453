"""What a command asks for, as its options say it. Floor: cli."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProcessesAsked:
    """Which processes are listed: the options of `ps`."""

    states: tuple[str, ...] = ()
    failed: bool = False
    running: bool = False
    root: bool = False
    paused: bool = False
    jobs: bool = False
    past: str | None = None
    exit_status: int | None = None
    where: str | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class LogsAsked:
    """Which rows of a log: the least level, None for all, and whether only those of the process."""

    level: str | None = None
    own: bool = False


@dataclass(frozen=True, slots=True)
class FacetsAsked:
    """What is counted: the options of `facets`."""

    where: str
    facet: tuple[str, ...]
    stats: tuple[str, ...]
    size: int
    drop_self: bool


@dataclass(frozen=True, slots=True)
class RowsAsked:
    """What is shown of which nodes: the options of `select`; without a limit all of them."""

    where: str
    want: str
    orderby: Sequence[str]
    limit: int | None
    flat: bool


@dataclass(frozen=True, slots=True)
class FilesAsked:
    """Which files of which nodes; `min_size` may be written `1.5M`."""

    selection: str
    glob: tuple[str, ...] = ()
    min_size: str = "0"


@dataclass(frozen=True, slots=True)
class TableAsked:
    """A table: its nodes, their order, what it shows of them, and how it is written.

    `ending` is that of the name of the file, which tells the format if nothing else does.
    """

    selection: str
    orderby: Sequence[str]
    fields: str
    want: str
    types: Mapping[str, str]
    format: str | None
    limit: int | None
    csv_safe: bool
    trailer: bool
    ending: str


@dataclass(frozen=True, slots=True)
class ZipAsked:
    """A zip of nodes: its name, its files, the parts that are told, and the names of folders."""

    selection: str
    name: str
    glob: tuple[str, ...]
    parts: tuple[str, ...]
    tree: str


@dataclass(frozen=True, slots=True)
class FolderAsked:
    """The files of a selection as a folder, and what its folders are named after."""

    files: FilesAsked
    tree: str
