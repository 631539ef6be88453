"""Writing the nodes of a selection into a new archive, for AiiDA or as a zip. Floor: cli."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from provender.cli.meter import Meter
from provender.cli.options import Options
from provender.cli.sources.asked import ZipAsked
from provender.cli.sources.opening import opened
from provender.cli.sources.source import Archive, Source
from provender.cli.sources.stopping import Writing
from provender.errors import BadValue
from provender.loading.archives.newfile import check_free, placed
from provender.loading.wording import duration, size
from provender.plurals import counted
from provender.translators.globs import Globs

ENDING, ZIP = ".aiida", ".zip"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the nodes are."""

    options: Options
    store: str | None
    repository: Path | None

    @contextmanager
    def opened(self, path: Path) -> Iterator[Source]:
        """Open the store of which a new file is written; errors as `sources.opening.opened`."""
        check_free(path)
        writing = Writing(f"Stopped: nothing is left of {path}.")
        with opened(self.options, self.store, self.repository, writing) as source:
            yield source


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the file, its size, how much it holds, and how long it took."""

    path: Path
    figures: Mapping[str, int]
    seconds: float

    @property
    def told(self) -> str:
        """What was written, in a sentence."""
        names = [name for name in ("nodes", "links", "files") if name in self.figures]
        held = ", ".join(counted(self.figures[name], name) for name in names)
        took = duration(self.seconds)
        return f"Wrote {self.path} ({size(self.figures['bytes'])}) in {took}: {held}."


def create(place: Place, selection: str, path: Path, rules: Mapping[str, bool]) -> Written:
    """Write the nodes of a selection, and those that links lead to, into a new archive.

    Raises:
        ProvenderError: no such nodes, a file that is there, no room, a file the store lacks.
    """
    begun = time.monotonic()
    if path.suffix != ENDING:
        raise BadValue(
            f"`{path.name}` does not end in `{ENDING}` or `{ZIP}`.", hint=f"{path}{ENDING}"
        )
    with place.opened(path) as source, source.bundles.portable(selection, rules) as found:
        return _written(found, path, begun)


def create_zip(place: Place, asked: ZipAsked, path: Path) -> Written:
    """Write the nodes of a selection, and their files, into a new zip; errors as `create`."""
    begun = time.monotonic()
    Globs(asked.glob)  # what is wrong is told before a store is opened
    with place.opened(path) as source, source.bundles.zipped(asked) as found:
        return _written(found, path, begun)


def _written(archive: Archive, path: Path, begun: float) -> Written:
    done, total = 0, archive.length
    with Meter() as meter, placed(path) as file:
        for block in archive.blocks():
            file.write(block)
            done += len(block)
            meter.show("writing the archive", done, total)
    return Written(path, archive.figures, time.monotonic() - begun)
