"""Answering with a stored array, or a slice of it, in a format. Floor: web."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import orjson
from flask import Response

from provender.errors import LimitExceeded
from provender.exports.arrayfiles import reading
from provender.exports.arrayfiles.boxes import Box
from provender.exports.arrayfiles.formats import Picked
from provender.exports.zips import stream as zips
from provender.exports.zips.members import Member
from provender.plurals import counted
from provender.query.querystring.advice import Note
from provender.safenames import safe
from provender.settings import Limits
from provender.store.files.reaching import NEAR, Work, reach
from provender.store.files.streams import ObjectStream
from provender.store.files.verification import WHOLE
from provender.web.answers import responses
from provender.web.answers.encoding import dumps
from provender.web.answers.files import (
    NOT_MODIFIED,
    OCTETS,
    Made,
    disposition,
    file_response,
    made_response,
)

CSV = "text/csv; charset=utf-8"
# Bytes of values that become text without further ado: some hundredths of a second.
FEW_VALUES = 1 << 16
NOT_FINITE = "no-finite-number"
# The formats whose values are in the order of the file.
IN_FILE_ORDER = ("npy", "npz")


class Pieces:
    """A file that is made in blocks, some of which are empty, as a source for a zip."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks

    def read(self, size: int, /) -> bytes:
        """Return the next block, which is not longer than any size that is asked for."""
        del size
        return next((block for block in self._blocks if block), b"")

    def close(self) -> None:
        """Do nothing: the stream belongs to others."""


def member(name: str, picked: Picked) -> Member:
    """Return an array as a file of an `.npz`."""
    size = len(picked.npy_head()) + picked.size
    return Member(safe(f"{name}.npy"), size, lambda: Pieces(picked.npy()))


@dataclass(slots=True)
class Envelope:
    """What stands before and behind the values in JSON.

    `notes` are those that the values turned out to need.
    """

    name: str
    uuid: str | None
    before: bytes
    after: bytes
    notes: Sequence[Note] = ()

    def around(self, picked: Picked) -> Iterator[bytes]:
        """Yield the text of the answer, some blocks being empty."""
        yield self.before
        written = picked.json()
        yield from written.blocks()
        self.notes = self._notes(written.nulls)
        if not self.notes:
            yield self.after
            return
        yield self.after.rstrip().removesuffix(b"}")
        yield b',"notes":' + dumps([note.record() for note in self.notes]).rstrip() + b"}\n"

    def _notes(self, nulls: int) -> tuple[Note, ...]:
        if not nulls:
            return ()
        text = (
            "JSON has neither NaN nor infinities: null stands for "
            f"{counted(nulls, 'values')} of the array `{self.name}`."
        )
        return (Note(NOT_FINITE, text, self.name, self.uuid),)


def enveloped(name: str, uuid: str | None, write: Callable[[object], object]) -> Envelope:
    """Return the envelope of the values of an array; `write` makes it of the data."""
    mark = b"\0"  # which no JSON holds
    before, _, after = dumps(write({name: orjson.Fragment(mark)})).partition(mark)
    return Envelope(name, uuid, before, after)


@dataclass(frozen=True, slots=True)
class Form:
    """A format of an answer: its length if it is known before, its blocks, its type of content."""

    length: int | None
    blocks: Callable[[], Iterator[bytes]]
    media: str = OCTETS
    ending: str | None = None


def form_of(form: str, picked: Picked, envelope: Envelope) -> Form:
    """Return how values are written in a format.

    Raises:
        CannotExport: they have no such form.
    """
    if form == "json":
        picked.json()
        return Form(None, lambda: envelope.around(picked), responses.JSON)
    if form == "csv":
        lines = picked.csv()
        return Form(None, lambda: lines, CSV, "csv")
    if form == "raw":
        return Form(picked.size, picked.raw, ending="bin")
    if form == "npz":
        members = (member(envelope.name, picked),)
        return Form(zips.length(members), lambda: zips.blocks(members), ending="npz")
    return Form(len(picked.npy_head()) + picked.size, picked.npy, ending="npy")


def check_work(stream: ObjectStream, box: Box, limits: Limits) -> None:
    """Raise `LimitExceeded` if too much has to be decompressed for the values of a box."""
    if stream.is_plain or box.is_in_file_order:
        return
    passed, most = reading.work(stream, box), limits.array_work_bytes
    if passed > most:
        raise LimitExceeded(
            f"The file is compressed, and for this answer {passed} bytes of it would have to be "
            f"decompressed, more than `limits.array_work_bytes` ({most}).",
            hint="Ask for format=npy, which keeps the order of the file, or for fewer values.",
        )


@dataclass(frozen=True, slots=True)
class Opened:
    """A picked part of an array with its stream, the ETag of the answer, and its bounds."""

    picked: Picked
    stream: ObjectStream
    etag: str
    work: Work
    limits: Limits

    def respond(self, form: str, envelope: Envelope) -> Response:
        """Return the values in a format; the stream is closed at the end, or if this fails.

        Raises:
            CannotExport, LimitExceeded: they cannot be written in it.
            CorruptObject: the file is damaged in front of them.
        """
        box = self.picked.box(keeps_order=form in IN_FILE_ORDER)
        try:
            check_work(self.stream, box, self.limits)
            written = form_of(form, self.picked, envelope)
            if box.size:
                reach(self.stream, box.extent.start, self.work)
            if box.size <= WHOLE and len(box.extent) <= NEAR:
                response = self._held(written, envelope)
            else:
                response = self._made(written, envelope)
        except BaseException:
            self.stream.close()
            raise
        return self._marked(response, written, envelope.name)

    def _held(self, written: Form, envelope: Envelope) -> Response:
        """Return a small answer, made before its status is sent."""
        is_text = written.length is None and self.picked.size > FEW_VALUES
        with self.work.places.expensive() if is_text else nullcontext():
            content = b"".join(written.blocks())
        self.stream.close()
        return file_response(envelope.name, content, self.etag)

    def _made(self, written: Form, envelope: Envelope) -> Response:
        """Return a large answer, made while it is sent."""
        made = Made(envelope.name, written.length, self.etag, written.blocks, self.stream.close)
        return made_response(made, self.work)

    def _marked(self, response: Response, written: Form, name: str) -> Response:
        """Return an answer with the headers of its format."""
        if response.status_code != NOT_MODIFIED:
            response.headers["Content-Type"] = written.media
        if written.ending is None:
            del response.headers["Content-Disposition"]
            responses.count(response, 1)
        else:
            response.headers["Content-Disposition"] = disposition(f"{name}.{written.ending}")
        return described_by(response, self.picked)


def described_by(response: Response, picked: Picked) -> Response:
    """Return an answer with the shape and the type of its values as headers."""
    response.headers["X-Array-Shape"] = ",".join(map(str, picked.shape))
    response.headers["X-Array-Dtype"] = str(picked.file.header.dtype)
    return response
