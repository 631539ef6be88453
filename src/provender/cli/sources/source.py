"""What a command asks, whoever answers: a store in this process or a server. Floor: cli.

Records are those of the server's answers, without addresses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from provender.cli.sources.asked import (
    FacetsAsked,
    FilesAsked,
    FolderAsked,
    LogsAsked,
    ProcessesAsked,
    RowsAsked,
    TableAsked,
    ZipAsked,
)

if TYPE_CHECKING:  # so that commands load what they ask for alone
    from provender.exports.zips.members import Source as Stream
    from provender.query.querystring.advice import Note
    from provender.translators.zips.items import Item

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """One record, with notes on what cannot be shown."""

    record: Record
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Records of a list, with the number of all that are like that, and notes."""

    records: Sequence[Record]
    total: int
    notes: tuple[Note, ...] = ()


class Processes(Protocol):
    """Answers about processes."""

    def listed(self, asked: ProcessesAsked) -> Page:
        """Return a list of processes, the newest first; wrong options are errors."""
        ...

    def alike(self, beginning: str, most: int) -> Page:
        """Return some processes whose uuids begin alike."""
        ...

    def summary(self, identifier: str | int, depth: int) -> Found:
        """Return all about a process, with so many levels of what it called."""
        ...

    def log(self, identifier: str | int, asked: LogsAsked, start: int | None) -> Page:
        """Return rows of a log from one on, as many as one question may ask for.

        A start below 0 counts from the end.
        """
        ...

    def traceback(self, identifier: str | int) -> Found:
        """Return why a process failed."""
        ...


class Writable(Protocol):
    """A file that takes bytes."""

    def write(self, data: bytes, /) -> int:
        """Take bytes, and return their number."""
        ...


class Told(Protocol):
    """Is told of progress: the number of rows that are written, and of their bytes."""

    def __call__(self, rows: int, size: int, /) -> None:
        """Take both numbers."""
        ...


class Table(Protocol):
    """A table that is ready to be written."""

    def number(self) -> int | None:
        """Return how many rows there will be; None if it takes long to find out."""
        ...

    def write(self, file: Writable, progress: Told) -> int | None:
        """Write all of it, and return the number of rows, None if it is unknown."""
        ...


class Nodes(Protocol):
    """Answers about selections of nodes."""

    def facets(self, asked: FacetsAsked) -> Record:
        """Return `{"facets": {facet: {"buckets": …}}, "stats": {key: …}}`.

        A bucket has the `selection` that chooses its nodes, None where no text can.
        """
        ...

    def keys(self, where: str, under: str, size: int) -> Record:
        """Return `{"keys": [{"name", "types", …}], "nodes", "sampled", "truncated"}`."""
        ...

    def rows(self, asked: RowsAsked) -> Iterable[dict[str, Any]]:
        """Return nodes in the shape of a template, read while they are looped over."""
        ...

    def files(self, asked: FilesAsked) -> Iterator[dict[str, Any]]:
        """Return `{"uuid", "label", "path", "size", "sha256"}` of files while looped over."""
        ...

    def table(self, asked: TableAsked) -> Table:
        """Return a table; what is wrong is told at once."""
        ...


class Archive(Protocol):
    """An archive that is ready to be written: its bytes, and how much it holds.

    `figures` are numbers of `nodes`, `links`, `files` and `bytes`.
    """

    @property
    def length(self) -> int:
        """The number of its bytes."""
        ...

    @property
    def figures(self) -> Mapping[str, int]:
        """How much it holds."""
        ...

    def blocks(self) -> Iterator[bytes]:
        """Yield its bytes."""
        ...


class Contents(Protocol):
    """Files that are ready to be written into a folder, and what is written about them."""

    @property
    def name(self) -> str:
        """The name of the folder if nobody gives it another one."""
        ...

    def files(self) -> Iterator[Item]:
        """Yield all files but those that `last` makes."""
        ...

    def open(self, item: Item) -> Stream:
        """Return the bytes of a file; raises `CorruptObject` if it is damaged."""
        ...

    def spoil(self, item: Item) -> None:
        """List a file, and all with the same content, as damaged."""
        ...

    def last(self) -> Sequence[Item]:
        """Make the files that tell of all others, the manifest at the end."""
        ...

    @property
    def missing(self) -> int:
        """How many files are listed as unreadable; known after `last`."""
        ...


class Bundles(Protocol):
    """Answers of many files at once."""

    def portable(
        self, selection: str, rules: Mapping[str, bool]
    ) -> AbstractContextManager[Archive]:
        """Give an archive for AiiDA; `rules` say which links lead to further nodes."""
        ...

    def zipped(self, asked: ZipAsked) -> AbstractContextManager[Archive]:
        """Give a zip of nodes and their files."""
        ...

    def folder(self, asked: FolderAsked, near: Path) -> AbstractContextManager[Contents]:
        """Give the files of a selection as a folder; on the disk of `near` there is room."""
        ...

    def process(self, identifier: str | int, near: Path) -> AbstractContextManager[Contents]:
        """Give a process, with all that it called, as a folder; `near` as for `folder`."""
        ...


@dataclass(frozen=True, slots=True)
class Opened:
    """A file of a node: its bytes, their number if it is known, and the SHA-256 of its content."""

    stream: Stream
    size: int | None
    sha256: str | None


class Files(Protocol):
    """Answers about the files of one node."""

    def listed(self, uuid: str, path: str, *, long: bool) -> Page:
        """Return the entries of a folder: `{"name", "type"}`, the type `FILE` or `DIRECTORY`.

        If it is `long`, files also have `size` in bytes, `sha256`, `mime_type` and `binary`.
        """
        ...

    def opened(self, uuid: str, path: str) -> Opened:
        """Open a file; whoever gets it closes its stream."""
        ...


class Source(Protocol):
    """Answers what a command asks. Each part is loaded when it is asked for."""

    @property
    def processes(self) -> Processes:
        """Answers about processes."""
        ...

    @property
    def nodes(self) -> Nodes:
        """Answers about selections of nodes."""
        ...

    @property
    def bundles(self) -> Bundles:
        """Answers of many files at once."""
        ...

    @property
    def files(self) -> Files:
        """Answers about the files of one node."""
        ...
