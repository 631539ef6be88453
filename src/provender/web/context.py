"""The settings, stores and checks that every request may use. Floor: web."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import request

from provender.settings import Settings
from provender.store.files.reaching import Work
from provender.store.profiles import Profile
from provender.store.registry import StoreRegistry
from provender.store.stores import Store
from provender.store.streaming import Stream
from provender.web.access.door import Door
from provender.web.answers.waits import Waits
from provender.web.middleware import workers
from provender.web.middleware.mounts import LEASES, PROFILE, end_leases
from provender.web.middleware.trace import Lifecycle
from provender.web.routes.endpoints import Endpoints
from provender.web.routes.saved import SavedViews

# Key of the context in the extensions of an application.
KEY = "provender"
# Key of the `Failures` in the extensions of an application.
FAILURES = "provender.failures"
# Streams take one of so many threads, where their number is known: each keeps one.
SHARE = 2


@dataclass(frozen=True, slots=True)
class Context:
    """The settings and stores of an application.

    `get_decorators` check whether a client may ask. `fingerprint` is that of the settings.
    `lifecycle` counts the running requests, `endpoints` lists the routes. `door` knows who may read
    what; None if everything is for everybody. `saved` are the saved selections of each
    profile. `waits` has the places of requests that wait.
    """

    settings: Settings
    stores: StoreRegistry
    waits: Waits
    get_decorators: tuple[Callable[..., Any], ...] = ()
    fingerprint: str = ""
    lifecycle: Lifecycle = field(default_factory=Lifecycle)
    endpoints: Endpoints = field(default_factory=lambda: Endpoints(""))
    door: Door | None = None
    saved: SavedViews = field(default_factory=dict)

    @property
    def work(self) -> Work:
        """How much work a file may be."""
        return Work(self.stores.places, self.settings.limits.statement_seconds)

    @property
    def mounted(self) -> frozenset[str]:
        """The profiles that are served below their names."""
        profiles = self.stores.profiles.by_name if self.settings.profile_paths else {}
        return frozenset(name for name, profile in profiles.items() if profile.has_path)

    def profile(self, named: str | None = None) -> Profile:
        """Return a profile, by default that of the path of the current request.

        Raises:
            UnknownProfile: there is no profile with that name.
            Unauthorized: whoever asks may not read it, or would not learn whether there is one.
        """
        return self.stores.profile(self._entered(named))

    @property
    def hides_profiles(self) -> bool:
        """Whether there are profiles that not everybody may know of."""
        return self.door is not None and self.door.rights.has_guarded

    def readable(self) -> tuple[str, ...]:
        """Return the names of the profiles that whoever asks may read."""
        names = tuple(self.stores.profiles.by_name)
        if self.door is None or not self.hides_profiles:
            return names
        rights, user = self.door.rights, self.door.user()
        return tuple(name for name in names if rights.may_read(name, user))

    def _entered(self, named: str | None) -> str | None:
        """Return the name of the profile of the request, after the check that it may be read."""
        name = named or request.environ.get(PROFILE)
        if self.door is not None:
            self.door.require(name or self.stores.profiles.default)
        return name

    def guarded(self, view: Callable[..., Any]) -> Callable[..., Any]:
        """Return a view, such as a page, behind the checks of the application."""
        for decorate in self.get_decorators:
            view = decorate(view)
        return view

    def store(self, named: str | None = None) -> Store:
        """Return the store of a profile, by default that of the path of the current request.

        The store stays open until the answer is made; if the answer is a file, until it is sent.
        Errors are those of `StoreRegistry.lease` and of `profile`.
        """
        lease = self.stores.lease(self._entered(named))
        request.environ[LEASES].append(lease)
        return lease.store

    def stream(self, store: Store) -> Stream:
        """Return a place to send what is made of a store meanwhile; it is to be closed.

        Raises:
            TooManyStreams: as many are sent as may be.
        """
        threads = workers.threads()
        most = None if threads is None else max(1, threads // SHARE)
        return self.stores.streams.begin(store.profile.name, most)

    @staticmethod
    def end_leases() -> None:
        """Give back the stores that the request has used so far."""
        end_leases(request.environ[LEASES])
