"""Downloads: resumed where that is possible, begun anew elsewhere, and checked. Floor: client.

GET, 200                     -> the whole file into `NAME.part`; its strong ETag is noted
broken                       -> again, `Range` behind what is there, `If-Range` with the ETag
206                          -> the rest;  200: the file is another one now, so all of it
whole                        -> SHA-256 or length compared, `NAME.part` becomes `NAME`
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx

from provender.client.errors import ClientError, Damaged, ServerError, Unreachable
from provender.client.queries.questions import Question
from provender.client.rows.meter import Gauge
from provender.client.transfers.parts import Part
from provender.client.transport.connection import Connection, encoded

SHA256 = re.compile(r"[0-9a-f]{64}")
CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
WHOLE, PARTIAL, UNSATISFIABLE = 200, 206, 416
# As files are: what a proxy compresses has no ranges.
PLAIN = {"Accept-Encoding": "identity"}
# Bytes at the end of a table that tell whether it is whole.
TAIL = 256

# What a download was compared with.
Check = Literal["sha256", "length", "end", "nothing"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is downloaded.

    Attributes:
        url: Where it is.
        body: What is posted, None for a GET.
        sha256: The SHA-256 that the file has, if that is known before.
        is_file: Whether it is sent as it is stored: then an ETag may be its SHA-256.
        is_whole: Tells from the last bytes whether all is there, where no length does.
    """

    url: str
    body: bytes | None = None
    sha256: str | None = None
    is_file: bool = False
    is_whole: Callable[[bytes], bool] | None = None

    @property
    def name(self) -> str:
        """What tells it from other downloads to the same place."""
        return self.url if self.body is None else f"{self.url} {self.body.decode()}"


def of_question(asked: Question, connection: Connection) -> Wanted:
    """Return the answer to a question as what is downloaded."""
    body = None if asked.body is None else encoded(asked.body)
    return Wanted(connection.url(asked.route, asked.query), body)


@dataclass(frozen=True, slots=True)
class Download:
    """A file that was downloaded.

    Attributes:
        path: Where it is.
        size: Its length in bytes.
        sha256: The SHA-256 of what arrived.
        checked: What it was compared with: its SHA-256, the length that the server told, how a
            table ends, or nothing, if the server told nothing of that.
    """

    path: Path
    size: int
    sha256: str
    checked: Check


@dataclass(frozen=True, slots=True)
class _State:
    """What the server said of the file: its ETag, and its length, if that can be compared."""

    etag: str
    length: int | None


def download(
    connection: Connection,
    wanted: Wanted,
    target: Path,
    gauge: Gauge | None = None,
    *,
    is_synced: bool = True,
) -> Download:
    """Download a file; `target` is there at the end, whole, or as it was.

    Raises:
        Damaged: what arrived is not what the server has.
        ClientError: the server refuses, or the connection broke in all tries.
        OSError: the file cannot be written, for example since the disk is full.
    """
    gauge = gauge or Gauge()
    with Part(target, wanted.name) as part:
        is_old = part.size > 0
        gauge.advance(part.size)
        state = _fetched(connection, wanted, part, gauge)
        expected = wanted.sha256 or (digest_of(state.etag) if wanted.is_file else None)
        if is_old and expected and expected != part.sha256:  # the disk may have lost a block
            gauge.advance(-part.size)
            part.begin(None)
            state = _fetched(connection, wanted, part, gauge)
        if expected and expected != part.sha256:
            part.discard()
            raise Damaged(
                f"`{target.name}` arrived damaged.",
                detail=f"Its SHA-256 is {part.sha256}, and should be {expected}.",
                url=wanted.url,
            )
        part.finish(is_synced=is_synced)
        checked: Check = "sha256" if expected else _checked(wanted, state)
        return Download(target, part.size, part.sha256, checked)


def _checked(wanted: Wanted, state: _State) -> Check:
    if state.length is not None:
        return "length"
    return "nothing" if wanted.is_whole is None else "end"


def digest_of(etag: str) -> str | None:
    """Return the SHA-256 that an ETag is, or None; `W/` and quotes make no difference."""
    bare = etag.removeprefix("W/").strip('"')
    return bare if SHA256.fullmatch(bare) else None


def _fetched(connection: Connection, wanted: Wanted, part: Part, gauge: Gauge) -> _State:
    """Fill a part until it is whole, over several requests if the connection breaks."""
    attempts, farthest = connection.again(), part.size
    method = "GET" if wanted.body is None else "POST"
    while True:
        try:
            with connection.stream(
                wanted.url, _headers(part), method=method, body=wanted.body
            ) as response:
                state = _received(response, part, gauge)
            _check_whole(wanted, state, part)
        except ClientError as error:
            if error.status == UNSATISFIABLE and part.size:
                error = Unreachable("The file has become shorter.", url=wanted.url)
                _begin(part, gauge, None)
            if part.size > farthest:
                attempts.succeeded()
                farthest = part.size
            attempts.failed(error)
        else:
            return state


def _headers(part: Part) -> dict[str, str]:
    """Return what asks for the rest: from the last byte that is there, so that there is one."""
    if not part.size or part.etag is None:
        return PLAIN
    return PLAIN | {"Range": f"bytes={part.size - 1}-", "If-Range": part.etag}


def _received(response: httpx.Response, part: Part, gauge: Gauge) -> _State:
    """Write the body of an answer behind what is there, or in its place."""
    etag = response.headers.get("ETag", "")
    if response.status_code == PARTIAL:
        skipped, length = 1, _rest(response, part, gauge)
    elif response.status_code == WHOLE:
        _begin(part, gauge, etag if _can_resume(response) else None)
        skipped, length = 0, _length(response)
    else:
        raise ServerError(
            f"The server answered {response.status_code}, and no file.",
            status=response.status_code,
            url=str(response.url),
        )
    gauge.expect(length)
    for block in _blocks(response):
        written = block[skipped:]
        skipped -= len(block) - len(written)
        part.write(written)
        gauge.advance(len(written))
    return _State(etag, length)


def _begin(part: Part, gauge: Gauge, etag: str | None) -> None:
    """Forget what is there."""
    gauge.advance(-part.size)
    part.begin(etag)


def _rest(response: httpx.Response, part: Part, gauge: Gauge) -> int | None:
    """Return the length of the whole file; raises `ServerError` if this is not the rest of it."""
    found = CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    etag = response.headers.get("ETag", part.etag)
    if found and int(found[1]) == part.size - 1 and etag == part.etag and not _coding(response):
        return None if found[3] == "*" else int(found[3])
    _begin(part, gauge, None)
    raise ServerError("The server sent another part than was asked for.", url=str(response.url))


def _can_resume(response: httpx.Response) -> bool:
    """Return whether the rest of an answer can be asked for: only a strong ETag names bytes."""
    etag: str = response.headers.get("ETag", "")
    return etag.startswith('"') and response.headers.get("Accept-Ranges") == "bytes"


def _coding(response: httpx.Response) -> str:
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    return "" if coding == "identity" else coding


def _length(response: httpx.Response) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isdigit() and not _coding(response) else None


def _blocks(response: httpx.Response) -> Iterator[bytes]:
    blocks: Iterator[bytes] = response.iter_bytes() if _coding(response) else response.iter_raw()
    return blocks


def _check_whole(wanted: Wanted, state: _State, part: Part) -> None:
    """Raise `Unreachable` if what arrived is not all."""
    if state.length is not None and state.length != part.size:
        raise Unreachable("The server sent less than it told.", url=wanted.url)
    if state.length is None and wanted.is_whole and not wanted.is_whole(part.tail(TAIL)):
        part.begin(None)
        raise Unreachable("The server broke the table off.", url=wanted.url)
