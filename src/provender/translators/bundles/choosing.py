"""Which files of nodes a zip has. Floor: translators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from provender.errors import NoSuchFile
from provender.store.files.tree import Tree, every_file, located
from provender.translators.globs import Globs

NO_NODE, NO_FILE, A_FOLDER = (
    "there is no such node",
    "the node has no such file",
    "it is a folder",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A file of a node by its path; `key` is None where the store has none, `problem` says why.

    Without a problem the store is asked for it.
    """

    path: str
    key: str | None
    problem: str | None = None


class Chooser(Protocol):
    """What chooses files."""

    def files(self, uuid: str, tree: Tree) -> Iterator[Found]:
        """Yield the files of a node that are chosen."""
        ...

    def rest(self) -> Iterator[tuple[str, Found]]:
        """Yield what was asked for of nodes that were not seen: uuid and file."""
        ...


@dataclass(frozen=True, slots=True)
class Matching:
    """Files that match patterns; with a `folder`, only those below it."""

    globs: Globs = field(default_factory=Globs)
    folder: str = ""

    def files(self, uuid: str, tree: Tree) -> Iterator[Found]:
        """Yield the files of a node that are chosen.

        Raises:
            NoSuchFile: the node has no such folder.
        """
        del uuid
        folder = self.folder.strip("/")
        below = located(tree, folder) if folder else tree
        if below is None or (folder and "k" in below):
            what = "is not a directory" if below else "does not exist"
            raise NoSuchFile(f"{self.folder} {what} in this repository")
        for path, key in every_file(below, f"{folder}/" if folder else ""):
            if self.globs.match(path):
                yield Found(path, key)

    def rest(self) -> Iterator[tuple[str, Found]]:
        """Yield nothing: every node is seen."""
        return iter(())


class Named:
    """Files that were named one by one: paths by the uuids of nodes."""

    def __init__(self, paths: Mapping[str, list[str]]) -> None:
        self._paths = dict(paths)

    def files(self, uuid: str, tree: Tree) -> Iterator[Found]:
        """Yield the files of a node that were named, also those that it does not have."""
        for path in self._paths.pop(uuid, ()):
            entry = located(tree, path)
            if entry is None:
                yield Found(path, None, NO_FILE)
            elif "k" not in entry:
                yield Found(path, None, A_FOLDER)
            else:
                key = entry["k"]
                yield Found(path, key if isinstance(key, str) else None)

    def rest(self) -> Iterator[tuple[str, Found]]:
        """Yield the files of nodes that were not seen."""
        for uuid, paths in sorted(self._paths.items()):
            for path in paths:
                yield uuid, Found(path, None, NO_NODE)
