"""What a store answers that has many files. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from provender.cli.sources.asked import FolderAsked, ZipAsked
from provender.cli.sources.local.folders import OfProcess, OfSelection
from provender.exports.zips.stream import Zip
from provender.python import selecting
from provender.query.plan.traversal import RULES, Traversal
from provender.query.querystring.selections.files import read_size
from provender.settings import Settings
from provender.store.registry import StoreRegistry
from provender.store.stores import Store
from provender.translators import inquiry
from provender.translators.archive.packing import Packing
from provender.translators.archive.reading import TreeOfProcess
from provender.translators.bundles.alone import files_alone
from provender.translators.bundles.choosing import Matching
from provender.translators.bundles.manifest import manifest
from provender.translators.bundles.nodes import Nodes
from provender.translators.bundles.packing import Packed, pack
from provender.translators.bundles.selected import NodesOfSelection
from provender.translators.bundles.wanted import SelectionBounds, Wanted, figures
from provender.translators.globs import Globs
from provender.translators.portable import packing as portable
from provender.translators.portable.bounds import PortableBounds
from provender.translators.portable.reading import ArchiveOfSelection
from provender.translators.selections.selection import Selection
from provender.translators.zips.bounds import Bounds
from provender.web.routes import views


class Zipped(Protocol):
    """What has a zip file."""

    @property
    def zip(self) -> Zip:
        """The zip file."""
        ...


@dataclass(frozen=True, slots=True)
class LocalArchive:
    """An archive whose files are read when they are written, and how much it holds."""

    archive: Zipped
    figures: Mapping[str, int]

    @property
    def length(self) -> int:
        """The number of its bytes."""
        return self.archive.zip.length

    def blocks(self) -> Iterator[bytes]:
        """Yield its bytes."""
        return self.archive.zip.blocks()


@dataclass(frozen=True, slots=True)
class LocalBundles:
    """Packs files; of one who has the machine for himself there are no bounds."""

    registry: StoreRegistry
    settings: Settings

    @property
    def _store(self) -> Store:
        return self.registry.get()

    @contextmanager
    def portable(self, selection: str, rules: Mapping[str, bool]) -> Iterator[LocalArchive]:
        """Give an archive for AiiDA; `rules` say which links lead to further nodes."""
        followed = frozenset(rule.name for rule in RULES if rules.get(rule.name, rule.is_followed))
        bounds, store = PortableBounds(), self._store
        question = ArchiveOfSelection(
            self._chosen(selection), self.registry.cache, bounds, Traversal.of(followed)
        )
        found = portable.pack(inquiry.answer(question, store), store, bounds)
        with closing(found):
            yield LocalArchive(found, found.figures())

    @contextmanager
    def zipped(self, asked: ZipAsked) -> Iterator[LocalArchive]:
        """Give a zip of nodes and their files."""
        globs = Globs(asked.glob)
        options = {"glob": globs.texts, "parts": asked.parts, "tree": asked.tree}
        head = {"selection": asked.selection, "options": options}
        wanted = Wanted(asked.name, Matching(globs), asked.parts, asked.tree, head)
        with self._packed(asked.selection, wanted) as (found, _):
            yield LocalArchive(found.archive, figures(found.size, found.archive.zip.length))

    @contextmanager
    def folder(self, asked: FolderAsked, near: Path) -> Iterator[OfSelection]:
        """Give the files of a selection as a folder."""
        del near
        globs, min_size = Globs(asked.files.glob), read_size(asked.files.min_size)
        wanted = files_alone(asked.files.selection, globs, asked.tree, min_size)
        with self._packed(asked.files.selection, wanted) as (found, nodes):
            listed = partial(manifest, wanted.head, notes=nodes.notes)
            yield OfSelection(found.archive, listed, found.size.skipped)

    @contextmanager
    def process(self, identifier: str | int, near: Path) -> Iterator[OfProcess]:
        """Give a process, with all that it called, as a folder."""
        del near
        bounds, store = Bounds(), self._store
        tree = inquiry.answer(TreeOfProcess(views.PROCESSES, identifier, bounds), store)
        with closing(Packing(tree, store, bounds)) as packing:
            packing.write()
            yield OfProcess(packing)

    def _chosen(self, selection: str) -> Selection:
        return selecting.read(selection, self.settings.limits, self._store.profile.expose).selection

    @contextmanager
    def _packed(self, selection: str, wanted: Wanted) -> Iterator[tuple[Packed, Nodes]]:
        """Look up the files of the nodes of a selection; they are read when they are written.

        Raises:
            BadRequest: the selection has no meaning.
            StoreError: the files of the store cannot be read at all.
        """
        bounds, store = SelectionBounds(), self._store
        nodes = inquiry.answer(NodesOfSelection(self._chosen(selection), wanted, bounds), store)
        with closing(nodes.spool):
            found = pack(nodes, store, wanted, bounds)
        with closing(found.archive):
            yield found, nodes
