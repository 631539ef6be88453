"""Which file of which node a command is about. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from provender.cli.options import Options
from provender.cli.sources.opening import opened
from provender.cli.sources.processes import read_identifier
from provender.cli.sources.source import Source
from provender.cli.sources.stopping import Writing
from provender.errors import AmbiguousIdentifier, ConflictingParameters, NoSuchEntity
from provender.web.routes import views

LISTED = "`provender files` lists files with the uuids of their nodes."


@dataclass(frozen=True, slots=True)
class Place:
    """A file or folder of a node: its path there, which is empty for all files, and the store."""

    options: Options
    store: str | None
    repository: Path | None
    uuid: str
    path: str

    @property
    def name(self) -> str:
        """The last name of the path; without one, the beginning of the uuid."""
        return self.path.rstrip("/").rpartition("/")[2] or self.uuid

    @contextmanager
    def opened(self, writing: Writing | None = None) -> Iterator[Source]:
        """Open the store; errors on the node are worded for a person.

        Raises:
            ProvenderError: the store cannot be opened, there is no such node.
        """
        with opened(self.options, self.store, self.repository, writing) as source:
            try:
                yield source
            except NoSuchEntity:
                raise NoSuchEntity(
                    f"There is no node with a uuid that begins with `{self.uuid}`.", hint=LISTED
                ) from None
            except AmbiguousIdentifier:
                raise AmbiguousIdentifier(
                    f"Several nodes have a uuid that begins with `{self.uuid}`.",
                    hint="Write more of it.",
                ) from None


def place_of(context: click.Context, given: Mapping[str, Any]) -> Place:
    """Return what the arguments and options of a command name.

    Raises:
        UsageError: more arguments than a store and a node.
        ConflictingParameters: two stores are named.
        BadValue: what shall be a uuid is none.
    """
    *stores, node = given["named"]
    if len(stores) > 1:
        raise click.UsageError(f"Got unexpected extra argument ({node})", context)
    store = given["store"]
    if stores:
        if context.get_parameter_source("store") is ParameterSource.COMMANDLINE:
            raise ConflictingParameters("STORE and -s both name a store: give one of them.")
        store = stores[0]
    text, _, path = node.partition(":")
    uuid = str(read_identifier(views.NODES, text, LISTED))
    return Place(context.obj, store, given["repository"], uuid, path)
