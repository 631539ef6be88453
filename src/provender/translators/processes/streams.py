"""What the scheduler wrote for a job: the lines of a retrieved file. Floor: translators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from provender.errors import NoSuchFile
from provender.query.plan.views import View
from provender.query.querydict import Dotted
from provender.store.files.lines import Most, Slice, count_lines, slice_lines
from provender.store.files.reaching import Work
from provender.store.files.verification import check_small
from provender.store.stores import Store
from provender.translators.files import File, retrieved_files
from provender.translators.identity import One
from provender.translators.inquiry import Inquiry
from provender.translators.processes.rows import text_value
from provender.translators.session import Session
from provender.translators.subjects import naming


class Named(NamedTuple):
    """The pk of a process, the name of a file, and the file of that name in what it retrieved."""

    pk: int
    name: str | None
    file: File | None


@dataclass(frozen=True, slots=True)
class Size:
    """How large a file is: its number of lines, and of bytes."""

    lines: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Stream:
    """The retrieved file with a stream of the scheduler."""

    pk: int
    file: File

    def lines(
        self, store: Store, start: int | None, stop: int | None, most: Most, work: Work
    ) -> Slice:
        """Return a slice of the lines; errors as `slice_lines`, of damage with the file's name."""
        with self.file.open(store) as stream, naming(store, self.file.path):
            check_small(stream, self.file.key)
            return slice_lines(stream, start, stop, most, work)

    def size(self, store: Store, work: Work) -> Size:
        """Return how large the file is; errors as `lines`."""
        with self.file.open(store) as stream, naming(store, self.file.path):
            check_small(stream, self.file.key)
            return Size(count_lines(stream, work), stream.size)


class StreamOf(Inquiry[Named, Stream]):
    """The file with a stream (`stdout` or `stderr`) of the scheduler, of a job."""

    def __init__(self, view: View, identifier: str | int, stream: str) -> None:
        self._stream = stream
        self._attribute = f"scheduler_{stream}"
        self._one = One(view, identifier, ("id", Dotted("attributes", (self._attribute,))))

    def read(self, session: Session) -> Named:
        """Return the file, if the process names one and retrieved it."""
        pk, text = self._one.read(session)
        name = text_value(text)
        (file,) = [None] if name is None else retrieved_files(session, pk, [name])
        return Named(pk, name, file)

    def present(self, raw: Named) -> Stream:
        """Return the file.

        Raises:
            NoSuchFile: there is none.
        """
        if raw.name is None:
            raise NoSuchFile(
                f"This process has no {self._stream} of a scheduler.",
                hint=f"Jobs name its file in their attribute `{self._attribute}`.",
            )
        if raw.file is None:
            raise NoSuchFile(f"The job has not retrieved its file `{raw.name}`.")
        return Stream(raw.pk, raw.file)
