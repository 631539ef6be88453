"""Writing the nodes of a selection into a new archive, for AiiDA or as a zip. Floor: cli."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from provender.cli.meter import Meter
from provender.cli.writing import opened, packed
from provender.errors import BadValue
from provender.exports.zips.stream import Zip
from provender.loading.archives.newfile import check_free, placed
from provender.loading.wording import duration, size
from provender.plurals import counted
from provender.python import selecting
from provender.query.plan.traversal import RULES, Traversal
from provender.settings import Settings
from provender.store.profiles import Profile
from provender.store.registry import StoreRegistry
from provender.store.stores import Store
from provender.translators import inquiry
from provender.translators.bundles.choosing import Matching
from provender.translators.bundles.wanted import Wanted, figures
from provender.translators.globs import Globs
from provender.translators.portable.bounds import PortableBounds
from provender.translators.portable.packing import PortableArchive, pack
from provender.translators.portable.reading import ArchiveOfSelection

ENDING, ZIP = ".aiida", ".zip"


class Writable(Protocol):
    """An archive that is ready to be written."""

    @property
    def zip(self) -> Zip:
        """The zip file."""
        ...


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


def create(
    profile: Profile, settings: Settings, selection: str, path: Path, rules: Mapping[str, bool]
) -> Written:
    """Write the nodes of a selection, and those that links lead to, into a new archive.

    Raises:
        ProvenderError: no such nodes, a file that is there, no room, a file the store lacks.
    """
    begun = time.monotonic()
    if path.suffix != ENDING:
        raise BadValue(
            f"`{path.name}` does not end in `{ENDING}` or `{ZIP}`.", hint=f"{path}{ENDING}"
        )
    check_free(path)
    with opened(profile, settings, _stopped(path)) as (registry, store):
        found = _draft(registry, store, settings, selection, rules)
        with closing(found), Meter() as meter:
            _write(found, path, meter)
            return Written(path, found.figures(), time.monotonic() - begun)


def _stopped(path: Path) -> str:
    return f"Stopped: nothing is left of {path}."


@dataclass(frozen=True, slots=True)
class Zipped:
    """What a zip has: files that match, parts of what is told of nodes, and names of folders."""

    glob: tuple[str, ...]
    parts: tuple[str, ...]
    tree: str


def create_zip(
    profile: Profile, settings: Settings, selection: str, path: Path, asked: Zipped
) -> Written:
    """Write the nodes of a selection, and their files, into a new zip; errors as `create`."""
    begun = time.monotonic()
    check_free(path)
    globs = Globs(asked.glob)
    options = {"glob": globs.texts, "parts": asked.parts, "tree": asked.tree}
    head = {"selection": selection, "options": options}
    wanted = Wanted(path.stem, Matching(globs), asked.parts, asked.tree, head)
    with (
        opened(profile, settings, _stopped(path)) as (_, store),
        packed(store, settings, selection, wanted) as (found, _),
        Meter() as meter,
    ):
        _write(found.archive, path, meter)
        held = figures(found.size, found.archive.zip.length)
        return Written(path, held, time.monotonic() - begun)


def _draft(
    registry: StoreRegistry,
    store: Store,
    settings: Settings,
    selection: str,
    rules: Mapping[str, bool],
) -> PortableArchive:
    """Return the archive, whose files are read when they are written."""
    chosen = selecting.read(selection, settings.limits, store.profile.expose).selection
    followed = frozenset(rule.name for rule in RULES if rules.get(rule.name, rule.is_followed))
    bounds = PortableBounds()  # of one who has the machine for himself there are none
    question = ArchiveOfSelection(chosen, registry.cache, bounds, Traversal.of(followed))
    return pack(inquiry.answer(question, store), store, bounds)


def _write(archive: Writable, path: Path, meter: Meter) -> None:
    done, total = 0, archive.zip.length
    with placed(path) as file:
        for block in archive.zip.blocks():
            file.write(block)
            done += len(block)
            meter.show("writing the archive", done, total)
