"""Modules that are loaded for those who have installed them. Floor: errors."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def pandas() -> Any:  # noqa: ANN401 - the module
    """Return pandas; raises `ModuleNotFoundError` that says what to install."""
    return _loaded("pandas", "`to_dataframe` needs pandas")


def numpy() -> Any:  # noqa: ANN401 - the module
    """Return NumPy; raises `ModuleNotFoundError` that says what to install."""
    return _loaded("numpy", "Arrays need NumPy")


def _loaded(name: str, need: str) -> Any:  # noqa: ANN401 - the module
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise ModuleNotFoundError(
            f"{need}, which is not installed: pip install {name}", name=name
        ) from None
