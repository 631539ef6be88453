"""Answering with an archive, a zip file that is made while it is sent. Floor: web."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Protocol

from flask import Response

from provender.exports.zips.stream import Zip
from provender.store.files.reaching import Work
from provender.store.streaming import Stream
from provender.web.answers.files import Made, made_response

# Before the digest in the ETag of a zip: it is of the names and sizes of its members, not of its
# bytes, and clients compare an ETag that looks like a SHA-256 with what they got.
MARK = "zip-"


class Sendable(Protocol):
    """An archive that is ready to be sent: the name of its file, that of its state, and the zip."""

    @property
    def filename(self) -> str:
        """The name under which it is saved."""
        ...

    @property
    def etag(self) -> str:
        """What names its bytes: a digest of what it is made of."""
        ...

    @property
    def zip(self) -> Zip:
        """The zip file."""
        ...

    def close(self) -> None:
        """Forget what it takes."""
        ...


def zip_response(archive: Sendable, work: Work, stream: Stream | None) -> Response:
    """Return an archive as an attachment, or a range of it; without a stream nothing is sent.

    Both are closed at the end, or if this fails.

    Raises:
        PreconditionFailed: `If-Match` names another state of the archive.
        RequestedRangeNotSatisfiable: the range has no byte in common with it.
    """
    with ExitStack() as stack:
        stack.callback(archive.close)
        if stream is not None:
            stack.callback(stream.close)
        found, end = archive.zip, stack.pop_all().close

    def blocks(start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        made = found.blocks(start, stop)
        return made if stream is None else stream.paced(made)

    made = Made(archive.filename, found.length, f"{MARK}{archive.etag}", blocks, end, blocks)
    return made_response(made, work)
