"""The members of an older archive, zip or tar, in the order in which they stand. Floor: store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from provender.errors import UnsupportedStore
from provender.store.files import tars, zipindex
from provender.store.files.archived import PLAIN, Spot, spot
from provender.store.files.extraction import MOST_COMPRESSED, piece_of
from provender.store.files.streams import HeldStream, ObjectStream
from provender.store.files.tars import Readable
from provender.store.files.zipindex import Member
from provender.store.progress import Progress

READING = "reading the archive"


@dataclass(frozen=True, slots=True)
class Found:
    """A member: its name without the parts `.`, and its content, to be read before the next one.

    `spot` says where the content stands if it can be served from there. `seen` is called with the
    bytes of the content that were read. `is_other` marks links and devices.
    """

    name: str
    is_folder: bool
    is_other: bool
    content: Readable
    spot: Spot | None
    seen: Callable[[int], None]


class Members(Protocol):
    """The members of an archive."""

    @property
    def path(self) -> Path:
        """The file of the archive."""
        ...

    def walk(self, progress: Progress) -> Iterator[Found]:
        """Yield the members.

        Raises:
            UnsupportedStore: the archive is damaged, or unpacks to more than is allowed.
        """
        ...


@dataclass(frozen=True, slots=True)
class ZipMembers:
    """The members of a zip file. A file whose content is not read is not opened.

    They may unpack to `most_bytes`, or to a hundred times the size of the file if that is more.
    """

    path: Path
    name: str
    most_bytes: int

    def walk(self, progress: Progress) -> Iterator[Found]:
        """Yield the members in the order of the directory."""
        total = self.path.stat().st_size
        most = max(self.most_bytes, MOST_COMPRESSED * total)
        done = unpacked = 0
        with self.path.open("rb") as file:
            for member in zipindex.members(file):
                before, unpacked = done, unpacked + member.size
                done += zipindex.least_bytes(member)
                if done > total:
                    raise UnsupportedStore(f"{self.name} is a damaged archive: members overlap.")
                if unpacked > most:
                    raise unpacks_to(self.name, unpacked, most)

                def seen(read: int, member: Member = member, before: int = before) -> None:
                    part = read * member.length // max(member.size, 1)
                    progress(READING, min(before + part, total), total)

                progress(READING, min(before, total), total)
                is_folder = member.name.endswith("/")
                with closing(_Lazy(self.path, file.fileno(), member, self.name)) as content:
                    yield Found(_named(member.name), is_folder, False, content, spot(member), seen)


class _Lazy:
    """The content of a member of a zip, opened when it is first read."""

    def __init__(self, path: Path, descriptor: int, member: Member, name: str) -> None:
        self._path = path
        self._descriptor = descriptor
        self._member = member
        self._name = name
        self._stream: ObjectStream | None = None

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes."""
        if self._stream is None:
            content = zipindex.whole(self._descriptor, self._member)
            if content is not None:
                self._stream = HeldStream(content)
                return self._stream.read(size)
            self._stream = piece_of(self._path, self._member, self._name).open()
        return self._stream.read(size)

    def close(self) -> None:
        """Close the archive, if it was opened."""
        if self._stream is not None:
            self._stream.close()


@dataclass(frozen=True, slots=True)
class TarMembers:
    """The members of a tar file; `most_bytes` are those that it may unpack to."""

    path: Path
    name: str
    most_bytes: int

    def walk(self, progress: Progress) -> Iterator[Found]:
        """Yield the members in their order."""
        total = self.path.stat().st_size
        is_compressed = tars.is_compressed(self.path)
        try:
            with tars.unpacked(self.path) as (file, place):
                end = 0
                for member in tars.members(file):
                    end = member.offset + member.size
                    self._check(end)
                    progress(READING, min(place(), total), total)
                    yield Found(
                        _named(member.name),
                        member.is_folder,
                        not (member.is_folder or member.is_file),
                        _Translated(member.content, self),
                        None if is_compressed else _plain(member),
                        lambda _: progress(READING, min(place(), total), total),
                    )
                while rest := file.read(tars.SKIP):  # checksums stand at the end
                    self._check(end := end + len(rest))
        except tars.UNREADABLE_TAR as error:
            raise self.damaged(error) from error

    def damaged(self, error: Exception) -> UnsupportedStore:
        """Return the error of a tar file that cannot be read."""
        return UnsupportedStore(
            f"{self.name} is a damaged archive: the tar file is truncated or damaged.",
            reason=str(error),  # the path is one of the system's, of the held file
        )

    def _check(self, size: int) -> None:
        if size > self.most_bytes:
            raise unpacks_to(self.name, size, self.most_bytes)


class _Translated:
    """The content of a member of a tar, whose errors are those of the archive."""

    def __init__(self, content: Readable, members: TarMembers) -> None:
        self._content = content
        self._members = members

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes."""
        try:
            return self._content.read(size)
        except tars.UNREADABLE_TAR as error:
            raise self._members.damaged(error) from error


def unpacks_to(name: str, size: int, most: int) -> UnsupportedStore:
    """Return the error of an archive that unpacks to more bytes than are allowed."""
    return UnsupportedStore(
        f"{name} is not read: it unpacks to {size} bytes or more, and `cache.max_bytes` allows "
        f"{most}.",
        hint="Raise `cache.max_bytes` if it is a real archive.",
    )


def _plain(member: tars.TarMember) -> Spot:
    return Spot(member.offset, member.size, member.size, PLAIN, None)


def _named(name: str) -> str:
    """Return a name without the parts `.`, which is absolute if it was before."""
    return ("/" if name.startswith("/") else "") + tars.normalised(name)
