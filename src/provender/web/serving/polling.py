"""Waiting for many connections: only those to which something happens are looked at. Floor: web.

The loop of waitress asks every connection before each wait what it waits for, and is woken for
that at the end of each request: with 1,000 idle connections this takes some milliseconds a time.
Here the kernel keeps what a connection waits for, and whichever thread changes that tells it.
"""

from __future__ import annotations

import contextlib
import select
import threading
from typing import Protocol

HAS_EPOLL = hasattr(select, "epoll")
READ, WRITE = select.POLLIN | select.POLLPRI, select.POLLOUT


class Waiting(Protocol):
    """A connection, which is told of one event at a time."""

    def readable(self) -> bool:
        """Return whether bytes of the client are wanted."""
        ...

    def writable(self) -> bool:
        """Return whether there is something to send, or to end."""
        ...


class Polling:
    """What the connections of a process wait for. Needs epoll (Linux)."""

    def __init__(self) -> None:
        self._poll = select.epoll()

    def keep(self, number: int) -> None:
        """Wait for bytes at a descriptor, again and again; it ends when it is closed."""
        self._poll.register(number, select.EPOLLIN)

    def pause(self, number: int, *, is_paused: bool) -> None:
        """Wait no longer at a descriptor that is kept, or wait again."""
        self._poll.modify(number, 0 if is_paused else select.EPOLLIN)

    def wait(self, seconds: float) -> list[tuple[int, int]]:
        """Return descriptors with their events."""
        return self._poll.poll(seconds)

    def close(self) -> None:
        """Wait for nothing any more."""
        self._poll.close()

    def place(self, number: int, of: Waiting) -> Place:
        """Return the place of a new connection, which waits for bytes."""
        self._poll.register(number, READ | select.EPOLLONESHOT)
        return Place(self._poll, number, of)


class Place:
    """The place of one connection; any thread may use it.

    `is_waiting` says that an event may come, or is being handled by the loop. While it is false, no
    thread but the one that answers the request looks at the connection.
    """

    def __init__(self, poll: select.epoll, number: int, of: Waiting) -> None:
        self._poll = poll
        self._number = number
        self._of = of
        self._is_open = True
        self.is_waiting = True
        self._lock = threading.Lock()

    def renew(self) -> None:
        """Wait for what the connection waits for now.

        To be called after each change of that, and after each event, which ends the wait. While
        nothing is waited for, not even a lost connection is told.
        """
        of = self._of
        with self._lock:  # whoever is last sees all changes
            if not self._is_open:
                return
            events = (READ if of.readable() else 0) | (WRITE if of.writable() else 0)
            self.is_waiting = bool(events)
            if events:
                self._poll.modify(self._number, events | select.EPOLLONESHOT)

    def close(self) -> None:
        """Wait no more; to be called before the socket is closed, whose number is used again."""
        with self._lock:
            if self._is_open:
                self._is_open = False
                with contextlib.suppress(OSError):
                    self._poll.unregister(self._number)
