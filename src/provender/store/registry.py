"""The stores of one process: opened at their first use, closed to make room. Floor: store.

A store is leased during use, and closed only between leases: if it changed on disk, if the number
of open stores would exceed `stores.open`, or if it was idle for long.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from contextlib import closing
from dataclasses import dataclass, field

from provender.errors import StoreBusy, StoreError, UnknownProfile
from provender.settings import Settings
from provender.store.cache import CacheFolder
from provender.store.census import Census
from provender.store.database.memory import Memory
from provender.store.legacy.origin import Origin
from provender.store.opener import Opener
from provender.store.places import Places
from provender.store.profiles import Profile, Profiles
from provender.store.progress import Progress
from provender.store.sharing import Sharing
from provender.store.stores import Store, open_store
from provender.store.streaming import Streams

LOGGER = logging.getLogger(__name__)
# Characters of an unknown name that are repeated.
LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Connections:
    """The connections of one open store: how many there are, and how many are in use."""

    profile: str
    open: int
    used: int


@dataclass(slots=True)
class _Held:
    """An open store: the number of its users, the end of its last use, and if it is retired."""

    store: Store
    users: int = 0
    used: float = 0.0
    is_retired: bool = False


@dataclass(slots=True)
class _Place:
    """A profile, and its store if that is open; one request opens it while others wait."""

    profile: Profile
    opening: Opener
    held: _Held | None = None


@dataclass(slots=True)
class Lease:
    """The use of a store, which stays open until `close`."""

    store: Store
    _registry: StoreRegistry = field(repr=False)
    _held: _Held | None = field(repr=False)

    def close(self) -> None:
        """End the use; a second time does nothing."""
        held, self._held = self._held, None
        if held is not None:
            self._registry.release(held)


class StoreRegistry:
    """The stores of one process, each opened at its first use and again when it changed.

    `memory` caches answers, `places` are those for expensive work, `sharing` has it done once
    for equal requests, and `streams` are those for answers of any size: all count for the process.
    At most `stores.open` are open at a time, including stores that were replaced on disk and are
    still in use. No lock is held during a check of a file or a query.
    """

    def __init__(self, profiles: Profiles, settings: Settings) -> None:
        self.profiles = profiles
        self._settings = settings
        self._cache = CacheFolder(settings.cache)
        self._inherited: list[_Held] = []
        self._told: dict[str, Origin] = {}
        self._begin()
        forget = weakref.WeakMethod(self.forget)
        os.register_at_fork(after_in_child=lambda: (method := forget()) and method())

    def _begin(self) -> None:
        self.memory = Memory(self._settings.cache.memory_bytes)
        self.places = Places(self._settings.limits, self._settings.pool)
        self.sharing = Sharing()
        self.streams = Streams(self._settings.limits)
        self.census = Census(self.profiles, self._cache)
        self._places = {name: self._place(item) for name, item in self.profiles.by_name.items()}
        self._open: list[_Held] = []
        self._opening = 0
        self._waiting = 0
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._reaper: threading.Thread | None = None
        self._woken = threading.Event()

    def _place(self, profile: Profile) -> _Place:
        busy = f"The store `{profile.name}` is being opened."
        return _Place(profile, Opener(self._settings.pool, busy))

    def forget(self) -> None:
        """Begin anew in a forked process: no connection, lock or answer crosses a fork.

        Stores that the parent opened stay open and unused: closing them would end the sessions of
        the parent.
        """
        self._inherited.extend(self._open)
        self._cache.makings.forget()
        self._begin()

    @property
    def cache(self) -> CacheFolder:
        """The folder of what is made of stores."""
        return self._cache

    @property
    def open_names(self) -> tuple[str, ...]:
        """The profiles of all open stores, including those replaced on disk."""
        return tuple(held.store.profile.name for held in tuple(self._open))

    def connections(self) -> list[Connections]:
        """Return how many connections each open store holds."""
        stores = [held.store for held in tuple(self._open)]
        return [Connections(store.profile.name, *store.reader.connections()) for store in stores]

    def get(self, name: str | None = None, progress: Progress | None = None) -> Store:
        """Return the store of a profile without a lease; errors as `lease`.

        This is for programs that use one store. A closed store connects anew for each use.
        """
        with closing(self.lease(name, progress)) as lease:
            return lease.store

    def profile(self, name: str | None = None) -> Profile:
        """Return a profile, by default the default one; raises `UnknownProfile`."""
        if name is None:
            return self.profiles.choose(None)
        place = self._places.get(name)
        if place is None:
            raise unknown_profile(name)
        return place.profile

    def lease(self, name: str | None = None, progress: Progress | None = None) -> Lease:
        """Return the use of the store of a profile, by default of the default profile.

        Raises:
            UnknownProfile: there is no profile with that name.
            StoreBusy: too many requests wait for the store, or too many stores are in use.
            StoreError: as `open_store`; the same error is raised again for one second.
        """
        place = self._places[self.profile(name).name]
        held = self._take(place)
        if held is None:
            with place.opening:
                held = self._take(place) or self._opened(place, progress)
        return Lease(held.store, self, held)

    def release(self, held: _Held) -> None:
        """End a use of a store; close the store if it is retired and unused."""
        with self._lock:
            held.users -= 1
            held.used = time.monotonic()
            is_over = held.is_retired and not held.users
            if self._waiting:
                self._changed.notify()
        if is_over:
            self._discard(held)

    def close(self) -> None:
        """Close all stores, those in use at the end of their last use; what is prepared, ends."""
        self._cache.makings.stop()
        with self._lock:
            current = [held for held in self._open if not held.is_retired]
            unused = [held for held in current if not held.users]
            for held in current:
                self._retire(held)
        for held in unused:
            self._discard(held)
        self._woken.set()

    def _take(self, place: _Place) -> _Held | None:
        """Return the store of a profile with one more user, if it is open and unchanged on disk."""
        with self._lock:
            held = place.held
            if held is None:
                return None
            held.users += 1
        if held.store.is_current():
            return held
        LOGGER.info("store %s changed on disk: opening it again", place.profile.name)
        with self._lock:
            self._retire(held)
        self.release(held)
        return None

    def _opened(self, place: _Place, progress: Progress | None) -> _Held:
        """Open the store of a profile, for one user."""
        self._make_room()
        held = None
        try:
            store = open_store(
                place.profile, self._settings, self._cache, progress, self.memory, self.places
            )
            held = _Held(store, 1, time.monotonic())
            self._tell(store)
        except StoreError as error:
            place.opening.trip(error)
            raise
        finally:
            with self._lock:
                self._opening -= 1
                if held is not None:
                    place.held = held
                    self._open.append(held)
                    self._start_reaper()
                self._changed.notify()
        return held

    def _tell(self, store: Store) -> None:
        """Log what the reading of an archive left out or changed; once, though it is reopened."""
        name, origin = store.profile.name, store.origin
        if origin is None or self._told.get(name) == origin:
            return
        self._told[name] = origin
        for remark in origin.remarks:
            first = f", first {remark.example}" if remark.example else ""
            LOGGER.info("store %s: %s: %d%s", name, remark.kind, remark.count, first)

    def _make_room(self) -> None:
        """Reserve the right to open one more store; closes the store that was idle for longest.

        Raises:
            StoreBusy: all open stores stay in use.
        """
        until = time.monotonic() + self._settings.pool.wait_seconds
        while True:
            with self._lock:
                if len(self._open) + self._opening < self._settings.stores.open:
                    self._opening += 1
                    return
                idle = [held for held in self._open if not held.users and not held.is_retired]
                oldest = min(idle, key=lambda held: held.used, default=None)
                if oldest is not None:
                    self._retire(oldest)
                elif not self._wait(until):
                    raise StoreBusy(
                        "Too many stores are in use at the same time (`stores.open`).",
                        hint="Try again later.",
                    )
            if oldest is not None:
                self._discard(oldest)

    def _wait(self, until: float) -> bool:
        """Wait until something was released; False if that takes too long. Under the lock."""
        self._waiting += 1
        try:
            return self._changed.wait(until - time.monotonic())
        finally:
            self._waiting -= 1

    def _retire(self, held: _Held) -> None:
        """Retire an open store: nobody else gets it, its last user closes it. Under the lock."""
        held.is_retired = True
        place = self._places[held.store.profile.name]
        if place.held is held:
            place.held = None

    def _discard(self, held: _Held) -> None:
        """Close a retired store without users; it counts as open until then."""
        held.store.close()
        with self._lock:
            self._open.remove(held)
            self._changed.notify()

    def _start_reaper(self) -> None:
        """Start the thread that closes idle stores, unless it runs. Under the lock."""
        if self._reaper is None and self._settings.stores.idle_seconds:
            self._reaper = threading.Thread(target=self._reap, name="idle stores", daemon=True)
            self._reaper.start()

    def _reap(self) -> None:
        """Close stores that were idle for too long, as long as any is open."""
        while (seconds := self._until_next()) is not None:
            self._woken.wait(seconds)
            self._woken.clear()
            for held in self._idle():
                LOGGER.debug("store %s is idle: closing it", held.store.profile.name)
                self._discard(held)

    def _until_next(self) -> float | None:
        """Return after how many seconds a store may be idle for too long; None ends the search."""
        with self._lock:
            if not self._open:
                self._reaper = None
                return None
            now = time.monotonic()
            used = min(now if held.users else held.used for held in self._open)
            return max(0.01, used + self._settings.stores.idle_seconds - now)

    def _idle(self) -> list[_Held]:
        """Retire and return the stores that were idle for too long."""
        before = time.monotonic() - self._settings.stores.idle_seconds
        with self._lock:
            idle = [
                held
                for held in self._open
                if not held.users and not held.is_retired and held.used <= before
            ]
            for held in idle:
                self._retire(held)
        return idle


def unknown_profile(name: str) -> UnknownProfile:
    """Return the error of a name that no profile has."""
    return UnknownProfile(
        f"There is no profile `{name[:LONGEST_SHOWN]}` on this server.",
        hint="The profiles that are served are listed at /profiles.",
    )
