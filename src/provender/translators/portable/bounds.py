"""How large an archive for AiiDA may be. Floor: translators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from provender.errors import SelectionTooLarge
from provender.plurals import counted
from provender.translators.zips.bounds import MemberBounds

FEWER = (
    "Choose fewer nodes, or follow fewer links (`call_work_backward=false`); "
    "`provender archive create` has no bound."
)


@dataclass(slots=True)
class PortableBounds(MemberBounds):
    """The bounds of an archive: `files` counts its nodes and the contents of their files."""

    hint: ClassVar[str] = FEWER

    def has_room(self, nodes: int) -> bool:
        """Return whether there may be so many nodes."""
        return self.files is None or nodes <= self.files

    def check_nodes(self, nodes: int) -> None:
        """Raise `SelectionTooLarge` if there are too many nodes."""
        if not self.has_room(nodes):
            raise SelectionTooLarge(
                f"The archive would have {counted(nodes, 'nodes')}, more than {self.files:,} "
                "(`limits.members`).",
                hint=FEWER,
            )

    def check_members(self, nodes: int, files: int, size: int) -> None:
        """Raise `SelectionTooLarge` if there are too many nodes and files together."""
        if self.files is not None and nodes + files > self.files:
            raise SelectionTooLarge(
                f"The archive would have {counted(nodes, 'nodes')} and {counted(files, 'files')} "
                f"of {counted(size, 'bytes')}, together more than {self.files:,} "
                "(`limits.members`).",
                hint=FEWER,
            )
