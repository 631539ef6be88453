"""Provender serves AiiDA provenance stores over HTTP, read-only, without AiiDA."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from provender.version import __version__ as __version__

if TYPE_CHECKING:
    from provender.translators.asking import ask as ask
    from provender.web.api import Api as Api
    from provender.web.app import App as App
    from provender.web.app import configure_api as configure_api
    from provender.web.app import create_app as create_app
    from provender.web.server import run_api as run_api

_PUBLIC = {
    "Api": "web.api",
    "App": "web.app",
    "ask": "translators.asking",
    "configure_api": "web.app",
    "create_app": "web.app",
    "run_api": "web.server",
}
"""Public names and the modules that hold them, imported at the first use."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Return a public name; the web floor is loaded only when it is asked for."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)
