"""What `provender get` does: a file of a node, or a folder of it, on the disk. Floor: cli."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import click

from provender.cli.meter import Meter
from provender.cli.nodefiles.entries import FOLDER, below
from provender.cli.nodefiles.target import Place
from provender.cli.selections.placing import Placing, alone
from provender.cli.sources.source import Opened, Source
from provender.cli.sources.stopping import Writing
from provender.errors import NoSuchFile
from provender.exports.zips.members import Source as Stream
from provender.loading.archives.newfile import check_free, placed
from provender.loading.wording import size
from provender.plurals import counted
from provender.safenames import Names, safe
from provender.translators.zips.items import Item, problem_of

BLOCK = 1 << 18
STOPPED = Writing("Stopped: the files so far are whole.", hint="The same command goes on.")


class FilesOfNode:
    """The files of a node, or of a folder of it, as they are written into a folder."""

    def __init__(self, source: Source, place: Place) -> None:
        self._source = source
        self._place = place
        self._items: list[Item] = []
        self._unreadable = 0
        names = Names()
        for entry in below(source, place.uuid, place.path, long=True):
            if entry["type"] != FOLDER:
                self._add(entry["name"], entry["sha256"], entry["size"], names)

    def _add(self, path: str, key: str | None, length: int | None, names: Names) -> None:
        problem = problem_of(key, length)
        if problem is not None:
            click.echo(f"{path}: {problem}.", err=True)
            self._unreadable += 1
            return
        self._items.append(Item(names.file(path), length or 0, key or "", stored=path))

    @property
    def name(self) -> str:
        """The name of the folder if nobody gives it another one."""
        return self._place.name

    def files(self) -> Iterator[Item]:
        """Yield all files."""
        return iter(self._items)

    def open(self, item: Item) -> Stream:
        """Return the bytes of a file."""
        path = "/".join(filter(None, (self._place.path.rstrip("/"), item.stored)))
        return self._source.files.opened(self._place.uuid, path).stream

    def spoil(self, item: Item) -> None:
        """Count a file that cannot be read."""
        del item
        self._unreadable += 1

    def last(self) -> Sequence[Item]:
        """Return nothing: a folder of a node has no manifest."""
        return ()

    @property
    def missing(self) -> int:
        """How many files could not be read."""
        return self._unreadable


def run(place: Place, output: Path | None) -> None:
    """Write a file or a folder.

    Raises:
        NoSuchFile: the node has neither.
        ProvenderError: something is there already, or it cannot be written.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with place.opened(STOPPED) as source:
        found = _file(source, place)
        if found is not None:
            with closing(found.stream):
                _write(found, _new(place, output))
            return
        _take(FilesOfNode(source, place), output or Path(safe(place.name)))


def _file(source: Source, place: Place) -> Opened | None:
    """Return a file; None for a folder.

    Raises:
        NoSuchFile: there is neither.
    """
    if not place.path.strip("/"):
        return None
    try:
        return source.files.opened(place.uuid, place.path)
    except NoSuchFile:
        pass
    try:
        source.files.listed(place.uuid, place.path, long=False)
    except NoSuchFile:
        raise NoSuchFile(
            f"The node has no `{place.path}`.", hint=f"provender ls {place.uuid} -R"
        ) from None
    return None


def _new(place: Place, output: Path | None) -> Path:
    """Return the path of the new file: that which is named, or in the folder which is named."""
    name = safe(place.name)
    if output is None:
        return Path(name)
    return output / name if output.is_dir() else output


def _write(found: Opened, path: Path) -> None:
    check_free(path)
    with Meter() as meter, placed(path) as file:
        while block := found.stream.read(BLOCK):
            file.write(block)
            meter.show(f"writing {path.name}", file.tell(), found.size or 0)
        length = file.tell()
    click.echo(f"Wrote {path} ({size(length)}).")


def _take(contents: FilesOfNode, folder: Path) -> None:
    with Meter() as meter, alone(folder):
        taken = Placing(contents, folder, meter).place()
    click.echo(taken.told(folder))
    if contents.missing:
        missing = counted(contents.missing, "files")
        click.secho(f"{missing} could not be read.", fg="yellow", err=True)
        raise SystemExit(1)
