"""Provender serves AiiDA provenance stores over HTTP, read-only, without AiiDA."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from provender.version import __version__ as __version__

if TYPE_CHECKING:
    from provender.python.store import OpenStore as OpenStore
    from provender.python.store import open as open  # noqa: A004 - a public name
    from provender.translators.asking import ask as ask
    from provender.translators.base import BaseTranslator as BaseTranslator
    from provender.translators.base import ComputerTranslator as ComputerTranslator
    from provender.translators.base import GroupTranslator as GroupTranslator
    from provender.translators.base import UserTranslator as UserTranslator
    from provender.translators.nodes import CalcJobTranslator as CalcJobTranslator
    from provender.translators.nodes import NodeTranslator as NodeTranslator
    from provender.translators.nodes import ProcessTranslator as ProcessTranslator
    from provender.web.api import Api as AiidaApi  # noqa: F401 - a public name
    from provender.web.api import Api as Api
    from provender.web.app import App as App
    from provender.web.app import configure_api as configure_api
    from provender.web.app import create_app as create_app
    from provender.web.resources.base import BaseResource as BaseResource
    from provender.web.resources.entities import Computer as Computer
    from provender.web.resources.entities import Group as Group
    from provender.web.resources.entities import User as User
    from provender.web.resources.general import QueryBuilder as QueryBuilder
    from provender.web.resources.general import ServerInfo as ServerInfo
    from provender.web.resources.nodes import Node as Node
    from provender.web.resources.processes import CalcJobNode as CalcJobNode
    from provender.web.resources.processes import ProcessNode as ProcessNode
    from provender.web.server import run_api as run_api

# The modules of the public names, imported at the first use.
_MODULES = {
    "python.store": "OpenStore open",
    "translators.asking": "ask",
    "translators.base": "BaseTranslator ComputerTranslator GroupTranslator UserTranslator",
    "translators.nodes": "CalcJobTranslator NodeTranslator ProcessTranslator",
    "web.api": "Api",
    "web.app": "App configure_api create_app",
    "web.resources.base": "BaseResource",
    "web.resources.entities": "Computer Group User",
    "web.resources.general": "QueryBuilder ServerInfo",
    "web.resources.nodes": "Node",
    "web.resources.processes": "CalcJobNode ProcessNode",
    "web.server": "run_api",
}
# What users of AiiDA's package call something.
_OTHER_NAMES = {"AiidaApi": "Api"}
_PUBLIC = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Return a public name; the web floor is loaded only when it is asked for."""
    found = _OTHER_NAMES.get(name, name)
    if found not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[found]}"), found)


def __dir__() -> list[str]:
    """Return all public names."""
    return sorted((*_PUBLIC, *_OTHER_NAMES, "__version__"))
