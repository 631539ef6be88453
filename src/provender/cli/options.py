"""What the options of the command mean: settings, and the store to take. Floor: cli."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from provender import configuration
from provender.settings import Settings
from provender.store.selection import Selection, select

REPOSITORY = click.option(
    "--repository",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Container folder of a PostgreSQL store.",
)
STORE = click.option(
    "-s",
    "--store",
    envvar="PROVENDER_STORE",
    metavar="STORE",
    help="The store, as for `provender restapi`.",
)


def of_store(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which store has the process of a command."""
    return STORE(REPOSITORY(command))


@dataclass(frozen=True, slots=True)
class Options:
    """The options before the name of the command."""

    profile: str | None = None
    config_file: Path | None = None

    def settings(
        self, folder: Path | None = None, overrides: Mapping[str, Any] | None = None
    ) -> Settings:
        """Return the settings; `folder` is a configuration folder named after the command."""
        named = self.config_file if self.config_file is not None else folder
        return configuration.load(configuration.find_file(named), overrides)

    def select(self, settings: Settings, store: str | None, repository: Path | None) -> Selection:
        """Return the store to take."""
        return select(settings, store=store, repository=repository, profile=self.profile)
