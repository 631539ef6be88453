"""The tree of files of a node: its `repository_metadata`. Floor: store.

Source: AiiDA's repository metadata: `{"o": {name: entry}}` is a folder, `{"k": key}` a file, a
key being the SHA-256 of the content.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from provender.errors import NoSuchFile

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a folder; `key` is None for a folder."""

    name: str
    key: str | None


def file_key(tree: Tree, path: str) -> str:
    """Return the key of a file.

    Raises:
        NoSuchFile: no such file, a folder, or a path that is absolute or leads out of the tree.
    """
    entry = _locate(tree, path)
    if entry is None or "k" not in entry:
        raise NoSuchFile("No such file is present")
    return str(entry["k"])


def entries(tree: Tree, path: str) -> list[Entry]:
    """Return the entries of a folder, sorted by name; the empty path and `.` are the root.

    Raises:
        NoSuchFile: no such folder, or a file.
    """
    entry = tree if path in ("", ".") else _locate(tree, path)
    if entry is None:
        raise NoSuchFile(f"{path} does not exist in this repository")
    if "k" in entry:
        raise NoSuchFile(f"{path} is not a directory in this repository")
    return [Entry(name, below.get("k")) for name, below in sorted(_below(entry).items())]


def walk(tree: Tree, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield path and key of every file below a folder, in the order of the paths.

    Example:
        `{"o": {"a": {"o": {"b": {"k": "e3…"}}}}}` gives `("a/b", "e3…")`.
    """
    for name, entry in sorted(_below(tree).items()):
        if "k" in entry:
            yield prefix + name, entry["k"]
        else:
            yield from walk(entry, f"{prefix}{name}/")


def _below(entry: Tree) -> dict[str, Tree]:
    """Return what a folder holds; what is not written as it should be is left out."""
    found = entry.get("o")
    held = found.items() if isinstance(found, dict) else ()
    return {name: below for name, below in held if isinstance(below, dict)}


def _locate(tree: Tree, path: str) -> Tree | None:
    """Return what lies at a relative path, or None; `..` is never followed."""
    entry: Tree = tree
    for name in path.removesuffix("/").split("/"):
        if name in ("", "..") or "k" in entry:
            return None
        if name == ".":
            continue
        below = _below(entry).get(name)
        if below is None:
            return None
        entry = below
    return entry
