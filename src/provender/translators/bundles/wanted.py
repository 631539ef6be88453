"""What a zip of nodes has in it, and how large it may be. Floor: translators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from provender.errors import SelectionTooLarge
from provender.plurals import counted
from provender.query.querystring.selections.zips import BY_UUID, FILES, PARTS
from provender.translators.bundles.choosing import Chooser
from provender.translators.zips.bounds import MemberBounds

FEWER = "Choose fewer nodes, a `glob`, or fewer `parts`."


@dataclass(frozen=True, slots=True)
class Wanted:
    """The name of a zip, the files that it has, what it tells of nodes, and the names of folders.

    `head` says in its manifest what was asked for. Without `has_nodes` it has files alone. Files of
    fewer bytes than `min_size` are left out.
    """

    name: str
    chooser: Chooser
    parts: tuple[str, ...] = PARTS
    tree: str = BY_UUID
    head: Mapping[str, object] = field(default_factory=dict)
    has_nodes: bool = True
    min_size: int = 0

    @property
    def has_files(self) -> bool:
        """Whether there are files in it."""
        return FILES in self.parts


@dataclass(slots=True)
class Size:
    """How large a zip is: nodes, stored files and their bytes, and files that are skipped."""

    nodes: int = 0
    files: int = 0
    bytes: int = 0
    skipped: int = 0
    members: int = 0


@dataclass(slots=True)
class SelectionBounds(MemberBounds):
    """The bounds of a zip of nodes: `files` counts all members, and is compared at the end."""

    hint: ClassVar[str] = FEWER

    def check_nodes(self, number: int) -> None:
        """Raise `SelectionTooLarge` if there are more nodes than members."""
        if self.files is not None and number > self.files:
            raise SelectionTooLarge(
                f"The selection has {counted(number, 'nodes')}, and a zip at most "
                f"{counted(self.files, 'members')} (`limits.members`).",
                hint=FEWER,
            )

    def check_size(self, size: Size) -> None:
        """Raise `SelectionTooLarge` with all figures if there are too many members."""
        if self.files is not None and size.members > self.files:
            raise SelectionTooLarge(
                f"The zip would have {counted(size.members, 'members')}, more than "
                f"{self.files:,} (`limits.members`): {counted(size.files, 'files')} of "
                f"{counted(size.nodes, 'nodes')}, {counted(size.bytes, 'bytes')}.",
                hint=FEWER,
            )

    def check_bytes(self, number: int) -> None:
        """Raise `SelectionTooLarge` if more text is written than may be."""
        if self.text_bytes is not None and number > self.text_bytes:
            raise SelectionTooLarge(
                "What the zip tells of the nodes would be larger than "
                f"{counted(self.text_bytes, 'bytes')} (`limits.members_text_bytes`).",
                hint=FEWER,
            )


def figures(size: Size, length: int) -> Mapping[str, int]:
    """Return the size of a zip as a dry run answers it; `length` is that of the file."""
    return {
        "nodes": size.nodes,
        "files": size.files,
        "bytes": length,
        "skipped": size.skipped,
    }
