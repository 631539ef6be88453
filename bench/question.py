"""A kind of request that is measured. Floor: bench."""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "/api/v4"
JOB, FOLDER = "process.calculation.calcjob.CalcJobNode.", "data.core.folder.FolderData."
REPEATED, DISTINCT = "repeated", "distinct"
"""The two columns: the same few paths again and again, or never the same path twice."""
AFTER = "{after}"
"""Where the id stands in the posted query."""
SELECTIONS = "selections"
"""The part of all that takes a selection of nodes."""


@dataclass(frozen=True, slots=True)
class Question:
    """A kind of request.

    `repeated` and `distinct` are paths with places for samples. `distinct` is empty where there
    are too few paths to ask each only once; the floor is asked `floor` where it knows no such path.
    `target` is how many times our median the peer's must be. `writes`: the store is changed before
    each request. `is_conditional`: the ETag of the first answer is sent along. `is_flat`: the time
    may not depend on the size of the store. `is_ours`: only Provender has such a path.
    `milliseconds` is what our median may be on a million nodes; on a store of any size it may be
    `times_floor` times the floor's, and `times_others` times the sum of ours for the `others`.
    `each` are paths that the peer is asked instead, each for every uuid that `first` lists there.
    Questions of one `part` are measured in a run of their own.
    """

    name: str
    title: str
    repeated: str
    distinct: str = ""
    target: int | None = None
    body: str = ""
    floor: str = ""
    writes: bool = False
    is_conditional: bool = False
    is_flat: bool = False
    is_ours: bool = False
    milliseconds: float | None = None
    times_floor: float | None = None
    others: tuple[str, ...] = ()
    times_others: float = 1.0
    first: str = ""
    each: tuple[str, ...] = ()
    part: str = ""

    def path(self, column: str) -> str:
        """Return the path of a column."""
        return self.repeated if column == REPEATED else self.distinct
