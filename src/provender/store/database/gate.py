"""Who may read one store now, who waits, and who is refused. Floor: store.

Cheap requests have places of their own, `pool.size` for each store; expensive ones hold a place of
the process (`places`), with a connection beyond those of the cheap. A request that turns out to be
expensive gives its cheap place up: before a statement that is known to take long, or when others
wait while it runs. If no expensive place is free, it begins anew when it has one.

Clients take turns. At a store that answers any number of cheap requests waits, because each waits
briefly. At a stalled store few wait, and the others are refused at once: the threads of the server
are needed for other stores, too.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType

from provender.errors import ProvenderError, StoreBusy
from provender.settings import Pool
from provender.store.cancellation import current
from provender.store.database.costs import QUICK_SECONDS, Costs
from provender.store.database.running import Running
from provender.store.places import Places, holds_one, note_held
from provender.store.turns import Turns, Waiter

# Seconds that a request may keep a cheap place while others wait for one.
SLICE_SECONDS = 0.1
# Seconds after which a full store counts as stalled if no request begins or ends.
STALL_SECONDS = 0.5


class NeedsPlaceError(Exception):
    """A request in a cheap place is expensive, and no expensive place is free: begin anew."""


class Visit:
    """The stay of one request inside a gate.

    `is_wanted` says that its statements are expensive, whatever they took before. `running` is
    what it runs now; `has_asked` says that it has sent a statement of its own.
    """

    __slots__ = (
        *("_costs", "_gate", "_held_before", "_is_borrowed", "begun", "has_asked"),
        *("is_expensive", "is_leaving", "is_wanted", "running"),
    )

    def __init__(self, gate: Gate, is_expensive: bool, is_wanted: bool) -> None:
        self._gate = gate
        self._costs = gate.costs
        self.begun = 0.0
        self.is_expensive = is_expensive
        self.is_leaving = self.has_asked = self._held_before = self._is_borrowed = False
        self.is_wanted = is_wanted
        self.running: Running | None = None

    def __enter__(self) -> Visit:
        if self.is_expensive:
            self._held_before = self._is_borrowed = holds_one()
            self._gate.enter_expensive(self, has_place=self._is_borrowed)
            note_held(True)
        else:
            self._gate.enter(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.is_expensive:
            note_held(self._held_before)
        if not self._is_borrowed:
            self._gate.leave(self)

    def runs(self, running: Running) -> None:
        """Note what the request runs now."""
        self.has_asked, self.running = False, running
        if self.is_leaving:
            running.stop(NeedsPlaceError())

    def check(self) -> None:
        """Raise why the request was stopped, if it was; a statement of its own follows."""
        self.has_asked = True
        if self.running is not None and self.running.error is not None:
            raise self.running.error

    def begin(self, text: str) -> None:
        """Take an expensive place if a statement needs one, before it runs.

        Raises:
            NeedsPlaceError: none is free.
        """
        if self.is_expensive or not (self.is_wanted or self._costs.is_slow(text)):
            return
        if not self._gate.move(self):
            raise NeedsPlaceError
        self._held_before = holds_one()
        note_held(True)

    def note(self, text: str, seconds: float) -> None:
        """Note how long a statement took."""
        if seconds >= QUICK_SECONDS or self._costs.has_any:
            self._costs.note(text, seconds)

    def give_way(self) -> None:
        """Stop what runs, so that it begins anew in an expensive place; from any thread."""
        self.is_leaving = True
        if self.running is not None:
            self.running.stop(NeedsPlaceError())


class Gate:
    """Admits requests to one store.

    Entering raises `StoreBusy` with the message `busy` if too many requests wait, or if the time
    to wait is over. From `trip` until `reset` it raises the given failure.
    """

    def __init__(
        self,
        pool: Pool,
        busy: str,
        places: Places,
        *,
        slice_seconds: float = SLICE_SECONDS,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self._size = pool.size
        self._most_waiting = pool.waiting
        self._wait_seconds = pool.wait_seconds
        self._busy = busy
        self._places = places
        self.costs = Costs()
        self._slice_seconds = slice_seconds
        self._stall_seconds = stall_seconds
        self._taken = 0
        self._inside: set[Visit] = set()
        self._turns = Turns()
        self._moved = 0.0
        self._failure: ProvenderError | None = None
        self._lock = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many requests wait for a cheap place."""
        return len(self._turns)

    @property
    def failure(self) -> ProvenderError | None:
        """The error of all requests now, if there is one."""
        return self._failure

    def visit(self, *, is_expensive: bool = False, is_wanted: bool = False) -> Visit:
        """Return the stay of a request, a block.

        `is_expensive` takes an expensive place at once; `is_wanted` before the first statement,
        since the answer to an expensive request may be known without one.
        """
        return Visit(self, is_expensive, is_wanted)

    def trip(self, error: ProvenderError) -> None:
        """Make requests fail with this error until `reset`, including those that wait."""
        with self._lock:
            self._failure = error
            for waiter in self._turns.all():
                waiter.refuse(error)

    def reset(self) -> None:
        """Admit requests again."""
        with self._lock:
            self._failure = None

    def enter(self, visit: Visit) -> None:
        """Admit a cheap request, or raise why not."""
        with self._lock:
            if self._failure is not None:
                raise self._failure.with_traceback(None)
            waiter = None
            if self._taken < self._size and not self._turns:
                self._taken += 1
                self._moved = visit.begun = time.monotonic()
                self._inside.add(visit)
            else:
                waiter = self._turns.add(current().client)
        if waiter is not None:
            self._wait(waiter)
            with self._lock:
                self._moved = visit.begun = time.monotonic()
                self._inside.add(visit)

    def enter_expensive(self, visit: Visit, *, has_place: bool) -> None:
        """Admit an expensive request, which may hold its place already, or raise why not."""
        failure = self._failure
        if failure is not None:
            raise failure.with_traceback(None)
        if not has_place:
            self._places.enter()
        visit.begun = time.monotonic()

    def leave(self, visit: Visit) -> None:
        """Let the next one in."""
        with self._lock:
            was_expensive = visit.is_expensive
            if not was_expensive:
                self._inside.discard(visit)
                self._pass_on()
        if was_expensive:
            self._places.leave()

    def move(self, visit: Visit) -> bool:
        """Give a request an expensive place for its cheap one; False if none is free."""
        with self._lock:
            return visit.is_expensive or self._move(visit)

    def _move(self, visit: Visit) -> bool:
        """Move a request if an expensive place is free. Under the lock."""
        if not self._places.try_enter():
            return False
        visit.is_expensive = True
        self._inside.discard(visit)
        self._pass_on()
        return True

    def _pass_on(self) -> None:
        """Give a cheap place to whose turn it is. Under the lock."""
        following = self._turns.take() if self._turns else None
        if following is None:
            self._taken -= 1
        else:
            self._moved = time.monotonic()
            following.admit()

    def _wait(self, waiter: Waiter) -> None:
        """Wait for a cheap place, as long as the store makes progress or few others wait."""
        until = time.monotonic() + self._wait_seconds
        try:
            with current().stopping(waiter.woken.set):
                while not waiter.is_admitted:
                    waiter.woken.wait(self._seconds_to_wait(waiter, until))
                    current().check()
        except BaseException:
            with self._lock:
                self._turns.remove(waiter)
                if waiter.is_admitted:
                    self._pass_on()
            raise

    def _seconds_to_wait(self, waiter: Waiter, until: float) -> float:
        """Return how long to wait until the next look, or raise that the wait is over."""
        with self._lock:
            if waiter.refusal is not None:
                raise waiter.refusal.with_traceback(None)
            if waiter.is_admitted:
                return 0.0
            now = time.monotonic()
            self._make_way(now - self._slice_seconds)
            is_patient = len(self._turns) <= self._most_waiting
            end = until if is_patient else min(until, self._moved + self._stall_seconds)
            if now >= end and not waiter.is_admitted:
                raise StoreBusy(self._busy, hint="Try again later.")
            return min(end - now, self._slice_seconds)

    def _make_way(self, before: float) -> None:
        """Let requests that began before a moment give their cheap places up. Under the lock."""
        for visit in [one for one in self._inside if one.begun < before]:
            if len(self._turns) and not visit.is_leaving and not self._move(visit):
                visit.give_way()
