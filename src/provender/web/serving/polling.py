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

    What a client sends is read by one at a time: by the loop between `begin` and `end`, or by a
    thread between `take` and `give_back`. A thread that has answered a request may still have to
    `renew` while others are at the next ones.
    """

    def __init__(self, poll: select.epoll, number: int, of: Waiting) -> None:
        self._poll = poll
        self._number = number
        self._of = of
        self._is_open = True
        self._is_waiting = True
        self._is_looking = self._is_taken = False
        self._lock = threading.Lock()

    def begin(self) -> bool:
        """Let the loop look at the connection; false while a thread has it, which renews."""
        with self._lock:
            self._is_looking = not self._is_taken
            return self._is_looking

    def end(self) -> None:
        """End the look of the loop, and wait anew."""
        with self._lock:
            self._is_looking = False
            self._renew()

    def take(self) -> bool:
        """Let a thread read what is there; false if an event may come, or somebody else reads."""
        with self._lock:
            if self._is_waiting or self._is_looking or self._is_taken:
                return False
            self._is_taken = True
            return True

    def give_back(self) -> None:
        """Read no more; the thread has to `renew` when it has answered what it read."""
        with self._lock:
            self._is_taken = False

    def renew(self) -> None:
        """Wait for what the connection waits for now.

        To be called after each change of that, and after each event, which ends the wait. While
        nothing is waited for, not even a lost connection is told.
        """
        with self._lock:  # whoever is last sees all changes
            self._renew()

    def _renew(self) -> None:
        if not self._is_open or self._is_taken:
            return
        events = (READ if self._of.readable() else 0) | (WRITE if self._of.writable() else 0)
        self._is_waiting = bool(events)
        if events:
            self._poll.modify(self._number, events | select.EPOLLONESHOT)

    def close(self) -> None:
        """Wait no more; to be called before the socket is closed, whose number is used again."""
        with self._lock:
            if self._is_open:
                self._is_open = False
                with contextlib.suppress(OSError):
                    self._poll.unregister(self._number)
