"""Where the reason of a failure may stand, and the lines there. Floor: translators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from provender.errors import CorruptObject, ProvenderError
from provender.query.querystring.advice import Note
from provender.store.files.lines import Most, last_lines, split_ending
from provender.store.files.reaching import Work
from provender.store.files.verification import check_small
from provender.store.stores import Store
from provender.translators.files import File
from provender.translators.subjects import naming

# The kinds of places; `called` is the one of a called process, `none` that of an unknown reason.
LOG, EXCEPTION, STATUS, CALLED = "log", "exception", "status", "called"
STDERR, OUTPUT, REPORT, MESSAGE, NONE = "stderr", "output", "report", "message", "none"
KINDS = (LOG, EXCEPTION, STATUS, CALLED, STDERR, OUTPUT, REPORT, MESSAGE, NONE)
# The most that is shown of the end of a place.
TAIL = Most(lines=50, bytes=64_000)
UNREADABLE_FILE = "unreadable-file"


@dataclass(frozen=True, slots=True)
class Source:
    """A place: of a kind, in the process of a pk.

    It is a text, as of the row `log_id` of the log, or a file. Texts have no bound of lines.
    """

    kind: str
    pk: int
    text: str = ""
    log_id: int | None = None
    file: File | None = None

    @property
    def is_sure(self) -> bool:
        """Whether there are lines for sure: a file may be empty, or unreadable."""
        return bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class Reason:
    """The lines of the first place that has some; the notes are about files before it."""

    source: Source
    lines: Sequence[str]
    notes: tuple[Note, ...] = ()


def first_reason(sources: Sequence[Source], nowhere: Source, store: Store, work: Work) -> Reason:
    """Return the lines of the first source that has some, or `nowhere` without lines.

    Raises:
        StoreUnreachable: a file may be sound, but cannot be read now.
        QueryTimeout: the end of a large file was not reached in time.
    """
    notes: list[Note] = []
    for source in sources:
        lines = list(_lines(source, store, work, notes))
        if any(line.strip() for line in lines):
            return Reason(source, lines, tuple(notes))
    return Reason(nowhere, (), tuple(notes))


def _lines(source: Source, store: Store, work: Work, notes: list[Note]) -> Iterator[str]:
    """Yield the lines of a source; a file that cannot be read has none, and gets a note."""
    if source.file is None:
        yield from _ending(source.text)
        return
    try:
        yield from _tail(source.file, store, work)
    except ProvenderError as error:
        if store.objects is not None and not isinstance(error, CorruptObject):
            raise
        notes.append(Note(UNREADABLE_FILE, error.message, source.kind))


def _tail(file: File, store: Store, work: Work) -> list[str]:
    with file.open(store) as stream, naming(store, file.path):
        check_small(stream, file.key)
        return _decoded(last_lines(stream, TAIL, work))


def _ending(text: str) -> list[str]:
    """Return the last lines of a text, within the largest number of bytes."""
    content = text.rstrip("\n").encode("utf-8", "replace")
    lines = split_ending(content[-TAIL.bytes :], is_cut=len(content) > TAIL.bytes)
    return _decoded(lines)


def _decoded(lines: Sequence[bytes]) -> list[str]:
    return [line.decode("utf-8", "replace") for line in lines]
