"""What the settings decide about a description. Floor: web."""

from __future__ import annotations

from dataclasses import dataclass, field

from provender.settings import Limits


@dataclass(frozen=True, slots=True)
class Served:
    """The bounds of parameters, and whether profiles are guarded or can be chosen by a key."""

    limits: Limits = field(default_factory=Limits)
    is_guarded: bool = False
    switches_profiles: bool = False
