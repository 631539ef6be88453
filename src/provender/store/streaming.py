"""Answers of any size, made while they are sent: how many, how long, how slowly. Floor: store.

    stream = streams.begin("demo")
    return stream.paced(blocks)

A stream may be of any size, so the bounds on answers and on statements do not fit it. It has a time
of its own, a lowest rate, and a place among those of its store and of its client. One thread of the
process looks at the streams that run, since a client that takes nothing asks for nothing either.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress

from provender.errors import ClientGone, StreamCut, TooManyStreams
from provender.plurals import counted
from provender.settings import Limits
from provender.store.cancellation import Cancellation, current

# Bytes that a client may be behind: servers take some blocks at once, and send them one by one.
GRACE_BYTES = 1 << 20
# Seconds between two looks at the streams.
LOOK_SECONDS = 0.25
LATER = "Try again later."

Stop = Callable[[], None]


class Streams:
    """The places of the streams of one process; every thread may use it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._running: set[Stream] = set()
        self._lock = threading.Lock()
        self._watch: threading.Thread | None = None

    @property
    def running(self) -> int:
        """How many streams run."""
        return len(self._running)

    def begin(self, store: str, most: int | None = None) -> Stream:
        """Return a new stream of a store, for the client of the current request.

        `most` is how many may run in the process, where each keeps one of few threads.

        Raises:
            TooManyStreams: the store, the client or the process has as many as it may.
            ClientGone: the client has disconnected.
        """
        request = current()
        with self._lock:
            self._check(store, request.client, most)
            stream = Stream(self, store, request, self._limits)
            self._running.add(stream)
            if self._watch is None:
                self._watch = threading.Thread(target=self._look, name="streams", daemon=True)
                self._watch.start()
        try:
            request.add(stream.leave)
        except ClientGone:
            stream.close()
            raise
        return stream

    def _check(self, store: str, client: str, most: int | None) -> None:
        """Raise `TooManyStreams` if there is no place. Under the lock."""
        limits, streams = self._limits, self._running
        if sum(stream.store == store for stream in streams) >= limits.streams:
            raise _too_many(limits.streams, "streams", "of this store")
        if sum(stream.client == client for stream in streams) >= limits.client_streams:
            raise _too_many(limits.client_streams, "client_streams", "of one client")
        if most is not None and len(streams) >= most:
            raise TooManyStreams(
                f"This process of the web server has threads for {counted(most, 'streams')} at a "
                "time, and as many run.",
                hint=LATER,
            )

    def leave(self, stream: Stream) -> None:
        """Give back the place of a stream; a second time does nothing."""
        with self._lock:
            self._running.discard(stream)

    def _look(self) -> None:
        """Stop streams that take too long, as long as any runs."""
        while True:
            with self._lock:
                running = tuple(self._running)
                if not running:
                    self._watch = None
                    return
            now = time.monotonic()
            for stream in running:
                stream.look(now)
            time.sleep(LOOK_SECONDS)


class Stream:
    """A place, and the time and the pace of what is sent in it; every thread may use it.

    `until` is when its time is over, by the monotonic clock.
    """

    def __init__(self, streams: Streams, store: str, request: Cancellation, limits: Limits) -> None:
        self.store, self.client = store, request.client
        self._request = request
        self.seconds = limits.stream_seconds
        self.until = time.monotonic() + limits.stream_seconds
        self._streams = streams
        self._rate = limits.stream_bytes_per_second
        self._credit = float(GRACE_BYTES)
        self._out: tuple[float, int] | None = None
        self._error: Exception | None = None
        self._stops: list[Stop] = []
        self._lock = threading.Lock()

    @property
    def error(self) -> Exception | None:
        """Why the stream was stopped."""
        return self._error

    def check(self) -> None:
        """Raise the error that stopped the stream, if it was stopped."""
        if self._error is not None:
            raise self._error

    def stopping(self, stop: Stop) -> None:
        """Have a function called when the stream is stopped, at once if it was; in any thread."""
        with self._lock:
            if self._error is None:
                self._stops.append(stop)
                return
        stop()

    def stop(self, error: Exception) -> None:
        """Stop the stream with an error, and give its place back; the first error counts."""
        with self._lock:
            if self._error is not None:
                return
            self._error = error
            stops, self._stops = self._stops, []
        self._streams.leave(self)
        for stop in stops:
            stop()

    def leave(self) -> None:
        """Stop the stream, since its client has disconnected."""
        self.stop(ClientGone())

    def paced(self, blocks: Iterator[bytes], mark: bytes = b"") -> Paced:
        """Return the blocks of the stream, which end its place when they end or are closed.

        `mark` stands at the end of what breaks off, where a server does not show that.
        """
        return Paced(blocks, self, mark)

    def give(self, size: int) -> None:
        """Note that the client has so many bytes to take."""
        self._out = (time.monotonic(), size)

    def take(self) -> None:
        """Note that the client has taken them, or that the server asks for more."""
        out, self._out = self._out, None
        if out is not None:
            left = self._left(out, time.monotonic())
            self._credit = min(float(GRACE_BYTES), left)

    def _left(self, out: tuple[float, int], now: float) -> float:
        """Return how many bytes the client is ahead of the lowest rate."""
        since, size = out
        return self._credit + size - self._rate * (now - since)

    def look(self, now: float) -> None:
        """Stop the stream if its time is over, or if its client is too slow."""
        out = self._out
        if now > self.until:
            self.stop(
                StreamCut(
                    f"The stream took longer than {self.seconds:g} s (`limits.stream_seconds`)."
                )
            )
        elif out is not None and self._left(out, now) < 0:
            self.stop(
                StreamCut(
                    f"The client takes fewer than {counted(self._rate, 'bytes')} per second "
                    "(`limits.stream_bytes_per_second`)."
                )
            )

    def close(self) -> None:
        """End the stream: everything was sent, or nobody takes the rest."""
        with self._lock:
            self._stops = []
        with suppress(ValueError):  # closed before
            self._request.remove(self.leave)
        self._streams.leave(self)


class Paced(Iterator[bytes]):
    """The blocks of a stream, at the pace of its client.

    What is between two blocks is the time of the client. The server may go on in another thread.
    """

    def __init__(self, blocks: Iterator[bytes], stream: Stream, mark: bytes = b"") -> None:
        self._blocks = blocks
        self._stream = stream
        self._mark = mark
        self._has_any = False
        self._failure: Exception | None = None

    def __next__(self) -> bytes:
        """Return the next block.

        Raises:
            StreamCut: the stream took too long, or its client takes too little.
            ClientGone: the client has disconnected.
        """
        if self._failure is not None:
            raise self._failure
        self._stream.take()
        try:
            block = self._next()
        except StopIteration:
            self.close()
            raise
        except ClientGone:
            raise
        except Exception as error:
            if not (self._has_any and self._mark):
                raise
            self._failure = error
            return self._mark
        self._has_any = self._has_any or bool(block)
        self._stream.give(len(block))
        return block

    def _next(self) -> bytes:
        self._stream.check()
        block = next(self._blocks)
        self._stream.check()
        return block

    def close(self) -> None:
        """Give back what making the blocks takes, and the place."""
        if isinstance(self._blocks, Generator):
            with suppress(ValueError):  # another thread makes a block: the server ends
                self._blocks.close()
        self._stream.close()


def _too_many(most: int, setting: str, whose: str) -> TooManyStreams:
    if not most:
        return TooManyStreams(f"There are no streams here (`limits.{setting}`).")
    return TooManyStreams(
        f"{counted(most, 'streams')} {whose} may run at a time (`limits.{setting}`), and as many "
        "do.",
        hint=LATER,
    )
