"""How large an archive may be, and how long making it may take. Floor: translators."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

from provender.errors import LimitExceeded, QueryTimeout
from provender.plurals import counted
from provender.settings import Limits
from provender.store.cancellation import current

OTHERWISE = (
    "Take the processes that it called one by one, or run `provender dump`, which has no bound."
)


Some = TypeVar("Some", bound="Bounds")


@dataclass(slots=True)
class Bounds:
    """The bounds of one archive, and what it has taken of them; None is no bound.

    `files` counts files, `text_bytes` what is written for the archive and held meanwhile (stored
    files have no bound), `seconds` is the time of one stage.
    """

    files: int | None = None
    text_bytes: int | None = None
    seconds: float | None = None
    until: float = field(default=0.0, init=False)
    hint: ClassVar[str] = OTHERWISE

    @classmethod
    def of(cls: type[Some], limits: Limits) -> Some:
        """Return the bounds that settings tell."""
        return cls(limits.archive_files, limits.download_bytes, limits.statement_seconds)

    def begin(self) -> None:
        """Begin a stage: its time starts now."""
        self.until = time.monotonic() + (self.seconds or 0.0)

    def tick(self) -> None:
        """Let a loop end: the client has disconnected, or the time of the stage is over.

        Raises:
            ClientGone: the client has disconnected.
            QueryTimeout: it takes too long.
        """
        current().check()
        if self.seconds is not None and time.monotonic() > self.until:
            raise QueryTimeout(
                f"The archive was not made within `limits.statement_seconds` ({self.seconds:g} s).",
                hint=self.hint,
            )

    def check_files(self, number: int) -> None:
        """Raise `LimitExceeded` if an archive has more files than it may."""
        if self.files is not None and number > self.files:
            raise LimitExceeded(
                f"The archive would have more than {counted(self.files, 'files')} "
                "(`limits.archive_files`).",
                hint=self.hint,
            )

    def check_bytes(self, number: int) -> None:
        """Raise `LimitExceeded` if more text is written for an archive than may be."""
        if self.text_bytes is not None and number > self.text_bytes:
            raise LimitExceeded(
                "The descriptions and reports of the archive would be larger than "
                f"{counted(self.text_bytes, 'bytes')} (`limits.download_bytes`).",
                hint=self.hint,
            )


@dataclass(slots=True)
class MemberBounds(Bounds):
    """The bounds of what is made of a selection: `files` counts all members."""

    @classmethod
    def of(cls: type[Some], limits: Limits) -> Some:
        """Return the bounds that settings tell."""
        return cls(limits.members, limits.members_text_bytes, limits.statement_seconds)
