"""What every request of an application may use. Floor: web."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from provender.settings import Settings
from provender.store.registry import StoreRegistry


@dataclass(frozen=True, slots=True)
class Context:
    """The settings and stores of an application.

    `posting` says whether `/querybuilder` is served; `get_decorators` wrap every GET handler;
    `fingerprint` is that of the settings.
    """

    settings: Settings
    stores: StoreRegistry
    posting: bool = True
    get_decorators: tuple[Callable[..., Any], ...] = ()
    fingerprint: str = ""
