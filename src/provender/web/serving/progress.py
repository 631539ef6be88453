"""How far a client is: with sending its request, and with taking the answer. Floor: web."""

from __future__ import annotations

import contextlib
import socket
import struct
import time

try:
    import fcntl
    import termios
except ImportError:  # not on this system: a block that the kernel takes is then progress
    fcntl = termios = None  # type: ignore[assignment]

NUMBER = struct.Struct("i")


class Progress:
    """The progress of one client.

    `sent` counts the bytes handed to the kernel; those that the client has not taken are not
    progress. `asking_since` is when the request that is being read began, `begun` when the client
    was last seen with nothing to take.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.sent = 0
        self.asking_since = 0.0
        self._socket = sock
        self._taken = -1
        self._moved = self.begun = time.monotonic()
        self._taken_before = 0

    def note_request(self, request: object, *, is_new: bool) -> None:
        """Note the request that is being read, or none."""
        if request is not None and is_new:
            self.asking_since = time.monotonic()

    def moves(self, now: float) -> None:
        """Note that nothing is expected of the client: an answer begins after this."""
        self._moved = self.begun = now
        self._taken_before = self._taken = self._received()

    def is_stuck_for(self, now: float) -> float:
        """Return the seconds since the client last took something."""
        taken = self._received()
        if taken != self._taken:
            self._taken = taken
            self._moved = now
        return now - self._moved

    def rate(self, now: float) -> float:
        """Return the bytes per second that the client took of the present answers."""
        return (self._received() - self._taken_before) / max(now - self.begun, 0.001)

    def _received(self) -> int:
        """Return how many bytes the client has taken."""
        waiting = 0
        if hasattr(termios, "TIOCOUTQ"):
            with contextlib.suppress(OSError, ValueError):  # closed
                answer = fcntl.ioctl(self._socket, termios.TIOCOUTQ, NUMBER.pack(0))
                waiting = NUMBER.unpack(answer)[0]
        return self.sent - waiting
