"""Many files at once: small ones in zips that are unpacked as they arrive. Floor: client.

A request for each of ten thousand small files would take most of its time for itself. So several
hundred of them are one `POST /files/archive.zip`. What a member is, its SHA-256 tells, not its
name: a content that many files have is sent once, and nothing that a server names is trusted.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from provender.client.errors import Busy, ClientError, Incomplete, Unauthorized, Unreachable
from provender.client.queries.conditions import option
from provender.client.rows.meter import Gauge
from provender.client.transfers.downloads import Wanted, download
from provender.client.transfers.folders import Folder
from provender.client.transfers.unpacking import members
from provender.client.transport.addresses import segment
from provender.client.transport.connection import Connection, encoded

# Bytes of a file that is small, and how many small files, and bytes of them, are one request.
SMALL, BATCH_FILES, BATCH_BYTES = 1 << 20, 500, 1 << 24
# A member may have a manifest behind it that is larger than any file.
MOST_MEMBER = 1 << 24
# Zips that a server sends to one client at a time, as it comes.
ZIPS = 2
WORKERS = 4
BLOCK = 1 << 20
# Parts of paths that servers refuse.
NOWHERE = frozenset({"", ".", ".."})


@dataclass(frozen=True, slots=True)
class Remote:
    """A file of a node, and where it will be; `size` and `sha256` are None if nobody knows."""

    uuid: str
    path: str
    target: Path
    size: int | None = None
    sha256: str | None = None

    @property
    def is_small(self) -> bool:
        """Whether it is fetched together with others."""
        return self.sha256 is not None and self.size is not None and self.size <= SMALL


@dataclass(slots=True)
class Fetched:
    """What a download of many files did.

    Attributes:
        files: How many files were written.
        size: Their bytes.
        there: How many files were there already, with the right content.
        failed: The errors of those that could not be had, by their place on the server.
    """

    files: int = 0
    size: int = 0
    there: int = 0
    failed: dict[str, ClientError] = field(default_factory=dict)

    def check(self) -> None:
        """Raise `Incomplete` if files could not be had."""
        if self.failed:
            raise Incomplete(self.failed, self.files + self.there)


def address(connection: Connection, remote: Remote) -> str:
    """Return the URL of a file; one whose path is no path of files is named by its content."""
    if remote.sha256 is not None and not NOWHERE.isdisjoint(remote.path.split("/")):
        return connection.url(f"files/{remote.sha256}")
    path = f"nodes/{segment(remote.uuid)}/repo/contents"
    return connection.url(path, (option("filename", remote.path),))


class Bulk:
    """A download of many files into a folder, by several threads.

    An error of one file is noted, and the others go on. If the server cannot be reached, or the
    disk is full, all ends; the same download goes on later, since what is there is not fetched.
    """

    def __init__(
        self, connection: Connection, folder: Folder, gauge: Gauge, workers: int = WORKERS
    ) -> None:
        self._connection, self._folder, self._gauge = connection, folder, gauge
        self._lock, self._zips = threading.Lock(), threading.Semaphore(ZIPS)
        self._has_zips = connection.has_cursors
        # AiiDA's own server answers two requests at a time with errors (seen in AiiDA 2.9.4).
        self._workers = workers if connection.has_cursors else 1
        self._is_ended = False
        self.fetched = Fetched()

    def run(self, files: Iterable[Remote]) -> Fetched:
        """Fetch files, and return what was done."""
        with ThreadPoolExecutor(self._workers, "provender-files") as pool:
            running: set[Future[None]] = set()
            try:
                for batch in batches(files):
                    running.add(pool.submit(self._take, batch))
                    if len(running) > 2 * self._workers:
                        running = _settled(running, self._workers)
                _settled(running, 0)
            except BaseException:
                self._is_ended = True
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return self.fetched

    def _take(self, batch: list[Remote]) -> None:
        """Fetch some files: those that are not there, each content once."""
        pending: dict[str, list[Remote]] = {}
        for remote in batch:
            if self._is_there(remote):
                self._note(remote, is_there=True)
            elif remote.is_small and remote.sha256 and self._has_zips:
                pending.setdefault(remote.sha256, []).append(remote)
            else:
                self._single(remote)
        if len(pending) > 1:
            with self._zips:
                self._zipped(pending)
        for remote in [remote for same in pending.values() for remote in same]:
            self._single(remote)

    def _is_there(self, remote: Remote) -> bool:
        if remote.sha256 is None:
            return False
        try:
            if remote.size is not None and remote.target.stat().st_size != remote.size:
                return False
            return digest(remote.target) == remote.sha256
        except OSError:
            return False

    def _zipped(self, pending: dict[str, list[Remote]]) -> None:
        """Fetch files as a zip; what was written is taken out of `pending`."""
        connection, attempts = self._connection, self._connection.again()
        url = connection.url("files/archive.zip")
        while pending and not self._is_ended:
            before = len(pending)
            named = [{"uuid": same[0].uuid, "path": same[0].path} for same in pending.values()]
            body = encoded({"files": named})
            try:
                with connection.stream(url, method="POST", body=body) as response:
                    self._unpack(response.iter_bytes(), pending)
            except ClientError as error:
                if len(pending) < before:
                    attempts.succeeded()
                elif not isinstance(error, Busy):
                    return  # one by one each file has its own error
                attempts.failed(error)
            else:
                return

    def _unpack(self, blocks: Iterator[bytes], pending: dict[str, list[Remote]]) -> None:
        for member in members(blocks, MOST_MEMBER):
            self._check_wanted()
            for remote in pending.pop(hashlib.sha256(member.content).hexdigest(), ()):
                self._folder.write(remote.target, member.content)
                self._note(remote, len(member.content))

    def _single(self, remote: Remote) -> None:
        """Fetch one file by itself."""
        if self._is_ended:
            return
        url = address(self._connection, remote)
        wanted = Wanted(url, sha256=remote.sha256, is_file=True)
        try:
            target = self._folder.prepare(remote.target)
            found = download(
                self._connection,
                wanted,
                target,
                Gauge(self._advance),
                is_synced=not remote.is_small,
            )
        except Unauthorized:
            raise
        except ClientError as error:
            if isinstance(error, Unreachable | Busy):
                self._connection.get("server/endpoints")  # raises if it is not the file alone
            with self._lock:
                self.fetched.failed[f"{remote.uuid}/{remote.path}"] = error
        else:
            self._note(remote, found.size, is_counted=True)

    def _note(
        self, remote: Remote, size: int = 0, *, is_there: bool = False, is_counted: bool = False
    ) -> None:
        with self._lock:
            self.fetched.there += is_there
            self.fetched.files += not is_there
            self.fetched.size += size
            if not is_counted:
                self._gauge.advance((remote.size or 0) if is_there else size)

    def _check_wanted(self) -> None:
        if self._is_ended:
            raise ClientError("The download of all these files has ended.")

    def _advance(self, more: int) -> None:
        self._check_wanted()
        with self._lock:
            self._gauge.advance(more)


def _settled(running: set[Future[None]], most: int) -> set[Future[None]]:
    """Wait until no more than `most` go on; raises what one of them raised."""
    while len(running) > most:
        done, running = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            future.result()
    return running


def batches(files: Iterable[Remote]) -> Iterator[list[Remote]]:
    """Yield files in groups that are fetched together; large ones alone."""
    batch: list[Remote] = []
    size = 0
    for remote in files:
        if not remote.is_small:
            yield [remote]
            continue
        batch.append(remote)
        size += remote.size or 0
        if len(batch) >= BATCH_FILES or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()
