"""What a request makes its answer depend on: preconditions and ranges, RFC 9110. Floor: web.

Nothing here is read or sent: the functions take headers, an ETag and a size. An answer has no
`Last-Modified`, so conditions on dates are ignored, as sections 13.1.3 and 13.1.4 want it, and an
`If-Range` with a date never holds (13.1.5).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from werkzeug.exceptions import PreconditionFailed, RequestedRangeNotSatisfiable
from werkzeug.http import parse_etags

from provender.plurals import counted

# Where the WSGI environment holds what an answer may depend on.
CONDITIONAL = ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_RANGE")
RANGE = re.compile(r"([0-9]*)-([0-9]*)")
BLANKS = " \t"


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes of a file from `start` to before `stop`; `size` is that of the file."""

    start: int
    stop: int
    size: int

    @property
    def length(self) -> int:
        """The number of bytes."""
        return self.stop - self.start

    def __str__(self) -> str:
        """Return the `Content-Range` header."""
        return f"bytes {self.start}-{self.stop - 1}/{self.size}"


def require_match(environ: Mapping[str, Any], etag: str | None) -> None:
    """Refuse a request that wants another state than the one that `etag` names.

    Raises:
        PreconditionFailed: no tag of `If-Match` is the ETag, weak tags never being it.
    """
    wanted = parse_etags(environ.get("HTTP_IF_MATCH"))
    if wanted and not wanted.star_tag and (etag is None or not wanted.is_strong(etag)):
        raise PreconditionFailed("The resource is not in the state that `If-Match` names.")


def is_known(environ: Mapping[str, Any], etag: str | None) -> bool:
    """Return whether the client has the answer already, by its `If-None-Match`."""
    known = parse_etags(environ.get("HTTP_IF_NONE_MATCH"))
    return known.star_tag or (etag is not None and known.contains_weak(etag))


def part_asked(
    environ: Mapping[str, Any],
    etag: str | None,
    size: int,
    methods: Collection[str] = ("GET",),
) -> Part | None:
    """Return the part of a file that a request asks for, or None for the whole file.

    Ranges count for some methods, and only while `If-Range`, where it is given, is the ETag.

    Raises:
        RequestedRangeNotSatisfiable: the range has no byte in common with the file.
    """
    if environ.get("REQUEST_METHOD") not in methods or "HTTP_RANGE" not in environ:
        return None
    condition = environ.get("HTTP_IF_RANGE")
    if condition is not None and (etag is None or condition.strip(BLANKS) != f'"{etag}"'):
        return None
    return parse_range(environ["HTTP_RANGE"], size)


def parse_range(header: str, size: int) -> Part | None:
    """Return the part that a `Range` header names, or None where the whole file is right.

    That is so for other units than bytes, for what is malformed (`5-3`, `a-b`) and for several
    ranges: section 14.2 lets a server ignore all three.

    Example:
        `bytes=-500` of a file of 3 bytes is the part from 0 to before 3.

    Raises:
        RequestedRangeNotSatisfiable: the range has no byte in common with the file.
    """
    unit, _, listed = header.partition("=")
    ranges = [one for element in listed.split(",") if (one := element.strip(BLANKS))]
    found = RANGE.fullmatch(ranges[0]) if len(ranges) == 1 else None
    if unit.lower() != "bytes" or found is None or found[0] == "-":
        return None
    first, last = (Decimal(digits) if digits else None for digits in found.groups())
    if first is None:
        return _suffix(Decimal(last or 0), size)
    if last is not None and last < first:
        return None
    if first >= size:
        raise _beyond(size)
    return Part(int(first), size if last is None else int(min(last + 1, Decimal(size))), size)


def _suffix(length: Decimal, size: int) -> Part | None:
    """Return the last bytes of a file; an empty file has no part, and is sent whole."""
    if not length:
        raise _beyond(size)
    return Part(size - int(min(length, Decimal(size))), size, size) if size else None


def _beyond(size: int) -> RequestedRangeNotSatisfiable:
    return RequestedRangeNotSatisfiable(
        size, description=f"The file has {counted(size, 'bytes')}: none is in `Range`."
    )
