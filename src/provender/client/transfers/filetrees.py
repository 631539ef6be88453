"""The files of a node as a tree that can be looked at. Floor: client."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import Any

from provender.client.rows.results import Record

LAST, OTHER, BELOW, PAST = "└── ", "├── ", "│   ", "    "
UNITS = ("bytes", "kB", "MB", "GB", "TB")
THOUSAND = 1000


class Tree(Sequence[Record]):
    """All files of a node, in the order of their paths: `path`, `size`, `sha256`.

    Printed, and in notebooks, it is a tree of folders.
    """

    def __init__(self, name: str, files: Sequence[Record]) -> None:
        self._name, self._files = name, files

    def __len__(self) -> int:
        return len(self._files)

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 - as of a list
        return self._files[place]

    @property
    def size(self) -> int:
        """The bytes of all files whose sizes are known."""
        return sum(file.get("size") or 0 for file in self._files)

    def __str__(self) -> str:
        folders: dict[str, Any] = {}
        for file in self._files:
            *above, name = file["path"].split("/")
            folder = folders
            for part in above:
                folder = folder.setdefault(part, {})
            folder[name] = file
        return "\n".join([self._name, *_lines(folders, "")])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


def _lines(folder: dict[str, Any], before: str) -> Iterator[str]:
    for number, (name, entry) in enumerate(folder.items(), 1):
        is_last = number == len(folder)
        sign = LAST if is_last else OTHER
        if isinstance(entry, dict):
            yield f"{before}{sign}{_printable(name)}/"
            yield from _lines(entry, before + (PAST if is_last else BELOW))
        else:
            yield f"{before}{sign}{_printable(name)}{_size(entry.get('size'))}"


def _printable(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name)


def _size(size: int | None) -> str:
    return "" if size is None else f"  ({sized(size)})"


def sized(size: float) -> str:
    """Return a number of bytes in words.

    Example:
        1234567 gives `1.2 MB`.
    """
    unit = 0
    while size >= THOUSAND and unit < len(UNITS) - 1:
        size, unit = size / THOUSAND, unit + 1
    return f"{size:.1f} {UNITS[unit]}" if unit else f"{size:,} {UNITS[0]}"
