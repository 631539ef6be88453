"""Which user may read which profile. Floor: web."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provender.settings import ANYONE, KNOWN, Settings
from provender.store.profiles import Profile, Profiles

# The `source` of profiles that stand in Provender's own configuration.
CONFIGURATION = "configuration"


@dataclass(frozen=True, slots=True)
class Rights:
    """The readers of each profile by its name, and those of the metrics.

    An unknown profile has no readers.
    """

    profiles: Mapping[str, frozenset[str]]
    metrics: frozenset[str]

    @property
    def is_needed(self) -> bool:
        """Whether anything is not for everybody."""
        return self.has_guarded or ANYONE not in self.metrics

    @property
    def has_guarded(self) -> bool:
        """Whether any profile is not for everybody."""
        return any(ANYONE not in readers for readers in self.profiles.values())

    def is_open(self, profile: str | None) -> bool:
        """Return whether everybody may read a profile."""
        return ANYONE in self.profiles.get(profile or "", ())

    def may_read(self, profile: str | None, user: str | None) -> bool:
        """Return whether a user may read a profile; None is a client without credentials."""
        readers = self.profiles.get(profile or "", frozenset())
        if ANYONE in readers or user in readers:
            return True
        return KNOWN in readers and user is not None and user not in self.metrics

    def may_collect(self, user: str | None) -> bool:
        """Return whether a user may read the metrics."""
        is_known = KNOWN in self.metrics and user is not None
        return ANYONE in self.metrics or user in self.metrics or is_known


def rights_of(settings: Settings, profiles: Profiles) -> Rights:
    """Return what the settings allow."""
    readers = {name: readers_of(settings, item) for name, item in profiles.by_name.items()}
    collectors = settings.access.metrics
    if collectors is None:  # the metrics name every profile
        is_open = all(ANYONE in named for named in readers.values())
        collectors = (ANYONE,) if is_open else ()
    return Rights(readers, frozenset(collectors))


def readers_of(settings: Settings, profile: Profile) -> frozenset[str]:
    """Return the readers of a profile: its own, or those of all profiles that name none."""
    is_ours = profile.source == CONFIGURATION
    own = settings.profiles.get(profile.name) if is_ours else None
    return frozenset(settings.access.readers if own is None or own.readers is None else own.readers)
