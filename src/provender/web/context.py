"""What every request of an application may use. Floor: web."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import request

from provender.settings import Settings
from provender.store.profiles import Profile
from provender.store.registry import StoreRegistry
from provender.store.stores import Store
from provender.web.middleware.mounts import LEASES, PROFILE
from provender.web.middleware.trace import Lifecycle


@dataclass(frozen=True, slots=True)
class Context:
    """The settings and stores of an application.

    `posting` says whether `/querybuilder` is served; `get_decorators` wrap every GET handler;
    `fingerprint` is that of the settings; `lifecycle` knows the requests that run.
    """

    settings: Settings
    stores: StoreRegistry
    posting: bool = True
    get_decorators: tuple[Callable[..., Any], ...] = ()
    fingerprint: str = ""
    lifecycle: Lifecycle = field(default_factory=Lifecycle)

    @property
    def mounted(self) -> frozenset[str]:
        """The profiles that are served below their names."""
        profiles = self.stores.profiles.by_name if self.settings.profile_paths else {}
        return frozenset(name for name, profile in profiles.items() if profile.has_path)

    @property
    def profile(self) -> Profile:
        """The profile that the path of the current request is for."""
        return self.stores.profiles.choose(request.environ.get(PROFILE))

    def store(self, named: str | None = None) -> Store:
        """Return the store of a profile, by default that of the path of the current request.

        It stays open until the answer is made, or sent where it is a file. Errors are those of
        `StoreRegistry.lease`.
        """
        lease = self.stores.lease(named or request.environ.get(PROFILE))
        request.environ[LEASES].append(lease)
        return lease.store
