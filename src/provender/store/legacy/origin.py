"""What an archive was written as, and what its reading had to leave out or change. Floor: store."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from provender.logs import printable
from provender.store.legacy.versions import is_legacy
from provender.store.regular import read_whole

# Bytes of a written origin: there are a few dozen kinds of remarks.
LARGEST = 1 << 20
# Letters of an example: a uuid, a label, a path.
LONGEST_EXAMPLE = 200


@dataclass(frozen=True, slots=True)
class Remark:
    """One kind of thing that was left out or changed: how often, and the first of them.

    `kind` is a sentence without a full stop, for people ("links with an unknown node were left
    out"); `example` is a uuid, a label or a path, or empty.
    """

    kind: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class Origin:
    """The writer of an archive: its format and its AiiDA, as they stand in its metadata."""

    version: str
    aiida_version: str | None
    remarks: tuple[Remark, ...] = ()

    @property
    def is_legacy(self) -> bool:
        """Whether the archive was written as another version than the one that is served."""
        return is_legacy(self.version)

    @property
    def words(self) -> str:
        """Who wrote the archive, and as what if that is another version than the served one.

        Example:
            `written by AiiDA 0.12.4, version 0.3`; empty if there is nothing to tell.
        """
        if self.aiida_version is None:
            return printable(f"written as version {self.version}") if self.is_legacy else ""
        version = f", version {self.version}" if self.is_legacy else ""
        return printable(f"written by AiiDA {self.aiida_version}{version}")

    def write(self, path: Path) -> None:
        """Write it as JSON; raises `OSError`."""
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> Origin:
        """Read what `write` wrote; raises `OSError` or `ValueError` if it is damaged."""
        found = json.loads(read_whole(path, LARGEST))
        try:
            remarks = tuple(Remark(**remark) for remark in found.pop("remarks"))
            return cls(**found, remarks=remarks)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError("not an origin") from error


class Remarks:
    """Remarks while they are collected: one for each kind, in the order of their first example."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, str]] = {}

    def note(self, kind: str, example: Any = "", count: int = 1) -> None:  # noqa: ANN401 - shown
        """Count one more of a kind."""
        if count:
            before, first = self._found.get(kind, (0, str(example)[:LONGEST_EXAMPLE]))
            self._found[kind] = (before + count, first)

    def all(self) -> tuple[Remark, ...]:
        """Return what was collected."""
        return tuple(Remark(kind, *found) for kind, found in self._found.items())
