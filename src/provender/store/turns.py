"""Requests that wait, in turns by client. Floor: store."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque

from provender.errors import ProvenderError


class Waiter:
    """A request that waits: `woken` is set when it is admitted, refused, or has to look again."""

    __slots__ = ("client", "is_admitted", "refusal", "woken")

    def __init__(self, client: str) -> None:
        self.client = client
        self.is_admitted = False
        self.refusal: ProvenderError | None = None
        self.woken = threading.Event()

    def admit(self) -> None:
        """Let the request go on."""
        self.is_admitted = True
        self.woken.set()

    def refuse(self, error: ProvenderError) -> None:
        """Make the request fail with an error."""
        self.refusal = error
        self.woken.set()


class Turns:
    """Requests that wait; clients take turns, each with its oldest request.

    Not safe to share between threads: its owner has a lock.
    """

    def __init__(self) -> None:
        self._queues: OrderedDict[str, deque[Waiter]] = OrderedDict()
        self._number = 0

    def __len__(self) -> int:
        return self._number

    def add(self, client: str) -> Waiter:
        """Return a new request of a client, which waits behind its other requests."""
        waiter = Waiter(client)
        self._queues.setdefault(client, deque()).append(waiter)
        self._number += 1
        return waiter

    def take(self) -> Waiter | None:
        """Remove and return the request whose turn it is; None if no request waits."""
        if not self._queues:
            return None
        client, queue = next(iter(self._queues.items()))
        waiter = queue.popleft()
        self._number -= 1
        if queue:
            self._queues.move_to_end(client)
        else:
            del self._queues[client]
        return waiter

    def remove(self, waiter: Waiter) -> None:
        """Let a request wait no more, if it still waits."""
        queue = self._queues.get(waiter.client)
        if queue is not None and waiter in queue:
            queue.remove(waiter)
            self._number -= 1
            if not queue:
                del self._queues[waiter.client]

    def drop(self, client: str) -> Waiter | None:
        """Remove and return the newest request of the client that has most.

        None if no client has more requests than `client` would have with one more.
        """
        longest = max(self._queues.values(), key=len, default=None)
        mine = self._queues.get(client, ())
        if longest is None or len(longest) <= len(mine) + 1:
            return None
        waiter = longest[-1]
        self.remove(waiter)
        return waiter

    def all(self) -> list[Waiter]:
        """Return all requests that wait, which then wait no more."""
        found = [waiter for queue in self._queues.values() for waiter in queue]
        self._queues.clear()
        self._number = 0
        return found
