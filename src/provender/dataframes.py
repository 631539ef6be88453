"""pandas, which is loaded for those who want tables. Floor: errors."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def pandas() -> Any:  # noqa: ANN401 - the module
    """Return pandas; raises `ModuleNotFoundError` that says what to install."""
    try:
        return import_module("pandas")
    except ModuleNotFoundError as error:
        if error.name != "pandas":
            raise
        raise ModuleNotFoundError(
            "`to_dataframe` needs pandas, which is not installed: pip install pandas",
            name="pandas",
        ) from None
