"""What one thread reads from a store and another one sends; little of it is held. Floor: store.

    conveyor = Conveyor(work, client)
    ready = conveyor.prepare()
    conveyor.start()
    while (item := conveyor.take(seconds)) is not END: ...

Who sends waits for its client, and who reads for the database, which both may take long. So either
is stopped by the other: what is put waits while much is held, and a reader whose items nobody takes
any more is stopped within its statement.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from contextvars import copy_context
from typing import Generic, Protocol, TypeVar

from provender.errors import ClientGone
from provender.store.cancellation import Cancellation, bind, current
from provender.store.places import note_held

# Bytes that are held at most, about: one item more may be.
MOST_HELD = 1 << 20


class Sized(Protocol):
    """What is put, and how many bytes it holds."""

    @property
    def size(self) -> int:
        """How many bytes it holds, about."""
        ...


class End:
    """Nothing follows."""


END = End()
_Item = TypeVar("_Item", bound=Sized)
_Ready = TypeVar("_Ready")
# A function that takes items, and what it makes of them: a generator, which yields once.
Work = Callable[[Callable[[_Item], None]], Iterator[_Ready]]


class Conveyor(Generic[_Item, _Ready]):
    """Runs `work` in a thread of its own, after a first part in the thread of `prepare`.

    `work` yields once: what it found. Afterwards it puts items. It runs as one that holds a place
    among expensive requests: whoever begins streams has places of their own.
    """

    def __init__(self, work: Work[_Item, _Ready]) -> None:
        self._request = current()
        self._cancellation = Cancellation(self._request.client)
        self._context = copy_context()
        self._context.run(bind, self._cancellation)
        self._context.run(note_held, True)
        self._work = work(self._put)
        self._items: deque[_Item] = deque()
        self._held = 0
        self._error: BaseException | None = None
        self._is_over = self._is_stopped = False
        self._thread: threading.Thread | None = None
        self._changed = threading.Condition()

    def prepare(self) -> _Ready:
        """Run the first part, and return what it found; raises its error."""
        return self._context.run(next, self._work)

    def start(self) -> None:
        """Run the rest in a thread of its own.

        Raises:
            ClientGone: the client of the request has disconnected.
        """
        self._request.add(self._leave)
        self._thread = threading.Thread(
            target=self._context.run, args=(self._run,), name="conveyor", daemon=True
        )
        self._thread.start()

    def wait(self, seconds: float | None) -> None:
        """Wait for the first item, at most so long if at all; raises the error that comes first."""
        with self._changed:
            if not (self._items or self._is_over or self._is_stopped):
                self._changed.wait(seconds)
            if self._error is not None and not self._items:
                raise self._error

    def take(self, seconds: float | None) -> _Item | End | None:
        """Return the next item, `END` if none follows, None if none came for so many seconds.

        Raises:
            ClientGone: the client of the request has disconnected.
            Exception: what `work` raised, after its last item; or the error of `stop`.
        """
        with self._changed:
            while not (self._items or self._is_over or self._is_stopped):
                if not self._changed.wait(seconds):
                    return None
            if self._items and not self._is_stopped:
                item = self._items.popleft()
                self._held -= item.size
                self._changed.notify_all()
                return item
            if self._error is not None:
                raise self._error
            return END

    def stop(self, error: BaseException) -> None:
        """End it with an error; from any thread, at once, and without effect once it has ended."""
        with self._changed:
            if self._is_over or self._is_stopped:
                return
            self._error, self._is_stopped = error, True
            self._items.clear()
            self._changed.notify_all()
        self._cancellation.cancel()

    def close(self) -> None:
        """End it: everything was taken, or nobody takes the rest."""
        if self._thread is None:
            self._context.run(self._close)
            return
        self.stop(ClientGone())
        with suppress(ValueError):  # closed before
            self._request.remove(self._leave)

    def join(self, seconds: float) -> None:
        """Wait until the thread has ended, at most so long."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _close(self) -> None:
        close = getattr(self._work, "close", None)
        if close is not None:
            close()

    def _leave(self) -> None:
        self.stop(ClientGone())

    def _put(self, item: _Item) -> None:
        """Add an item, as soon as little is held."""
        with self._changed:
            while self._held >= MOST_HELD and not self._is_stopped:
                self._changed.wait()
            if self._is_stopped:
                raise ClientGone
            self._items.append(item)
            self._held += item.size
            self._changed.notify_all()

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            for _ in self._work:
                pass
        except BaseException as raised:
            error = raised  # it is raised where items are taken
        with self._changed:
            if not self._is_stopped:
                self._error, self._is_over = error, True
            self._changed.notify_all()
