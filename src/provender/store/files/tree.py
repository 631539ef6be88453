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
    """An entry of a folder; `key` is None for a folder, and for a file without a valid one."""

    name: str
    key: str | None
    is_file: bool = False


def place(path: str) -> tuple[str, ...] | None:
    """Return the keys that lead to a file or folder in a tree; None if there can be none.

    A path is relative and never leads out of the tree; the empty path and `.` are the root.

    Example:
        `out/aiida.out` gives `("o", "out", "o", "aiida.out")`.
    """
    names = path.removesuffix("/").split("/") if path else ()
    if any(name in ("", "..") for name in names):
        return None
    return tuple(part for name in names if name != "." for part in ("o", name))


def file_key(entry: Tree | None) -> str:
    """Return the key of a file.

    Raises:
        NoSuchFile: there is no entry, or a folder.
    """
    if entry is None or "k" not in entry:
        raise NoSuchFile("No such file is present")
    return str(entry["k"])


def entries(entry: Tree | None, path: str) -> list[Entry]:
    """Return the entries of a folder, sorted by name; `path` is its name in errors.

    Raises:
        NoSuchFile: there is no entry, or a file.
    """
    if entry is None:
        raise NoSuchFile(f"{path} does not exist in this repository")
    if "k" in entry:
        raise NoSuchFile(f"{path} is not a directory in this repository")
    return [
        Entry(name, _key(below), is_file="k" in below)
        for name, below in sorted(_below(entry).items())
    ]


def located(tree: Tree, path: str) -> Tree | None:
    """Return the part of a tree at a path, or None."""
    found: object = tree
    for part in place(path) or (None,):
        found = found.get(part) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


def walk(tree: Tree, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield path and key of every file below a folder, in the order of the paths.

    Example:
        `{"o": {"a": {"o": {"b": {"k": "e3…"}}}}}` gives `("a/b", "e3…")`.
    """
    for name, entry in sorted(_below(tree).items()):
        if "k" in entry:
            yield prefix + name, str(entry["k"])
        else:
            yield from walk(entry, f"{prefix}{name}/")


def every_file(tree: Tree, prefix: str = "") -> Iterator[tuple[str, str | None]]:
    """Yield path and key of every file below a folder, as `walk`; malformed entries have no key."""
    below = tree.get("o")
    for name, entry in sorted(below.items()) if isinstance(below, dict) else ():
        if not isinstance(entry, dict) or "k" in entry:
            yield prefix + name, _key(entry) if isinstance(entry, dict) else None
        else:
            yield from every_file(entry, f"{prefix}{name}/")


def malformed(entry: Tree | None) -> list[str]:
    """Return the names in a folder that are neither folders nor files with a key."""
    found = (entry or {}).get("o", {})
    if not isinstance(found, dict):
        return ["o"]
    return [
        name
        for name, below in found.items()
        if not isinstance(below, dict) or ("k" in below and _key(below) is None)
    ]


def _key(entry: Tree) -> str | None:
    found = entry.get("k")
    return found if isinstance(found, str) else None


def _below(entry: Tree) -> dict[str, Tree]:
    """Return the entries of a folder; malformed entries are left out."""
    found = entry.get("o")
    held = found.items() if isinstance(found, dict) else ()
    return {name: below for name, below in held if isinstance(below, dict)}
