"""Asking a store from Python, without a server. Floor: translators.

Example:
    `with ask("demo") as store: store.count({"path": ["data.core.structure.StructureData."]})`
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from provender import configuration
from provender.errors import ProvenderError
from provender.query.sql.compiler import compile_rows
from provender.settings import Settings
from provender.store.progress import quietly
from provender.store.registry import StoreRegistry
from provender.store.selection import select
from provender.store.stores import Store
from provender.translators.inquiry import answer
from provender.translators.queries import PythonRows, Row, RowNumber

_Asked = TypeVar("_Asked", bound="Asked")


def ask(
    store: str | Path | None = None,
    *,
    repository: str | Path | None = None,
    profile: str | None = None,
    settings: Settings | None = None,
) -> Asked:
    """Return a store to ask; errors as `provender.create_app`, and those of opening it.

    Args:
        store: a PostgreSQL URL, an archive, the folder of a SQLite profile, or `demo`; by default
            what the configuration says.
        repository: container folder that belongs to a PostgreSQL store.
        profile: name of a configured profile, instead of `store`.
        settings: settings that are already loaded, instead of the configuration file.
    """
    return Asked(*registry(store, repository, profile, settings))


def registry(
    store: str | Path | None,
    repository: str | Path | None,
    profile: str | None,
    settings: Settings | None,
) -> tuple[StoreRegistry, Settings]:
    """Return the stores that a program asks, and their settings; arguments as those of `ask`."""
    if settings is None:
        settings = configuration.load(configuration.find_file(None))
    chosen = select(
        settings,
        store=None if store is None else str(store),
        repository=None if repository is None else Path(repository),
        profile=profile,
    )
    # A program has no other clients, so its expensive queries are as many as its connections.
    expensive = settings.limits.expensive or settings.pool.size
    settings = replace(settings, limits=replace(settings.limits, expensive=expensive))
    return StoreRegistry(chosen.profiles, settings), settings


class Asked:
    """A store that answers queries, of the form of `QueryBuilder.as_dict()`, with Python values.

    All methods raise the errors of a posted query: `BadRequest` and its subclasses.
    """

    def __init__(self, stores: StoreRegistry, settings: Settings) -> None:
        self._stores = stores
        self._limits = settings.limits
        self._expose = stores.profiles.choose(None).expose

    def rows(self, query: dict[str, Any]) -> list[Row]:
        """Return the rows: `[{tag: {name: value}}]`, datetimes in UTC, JSON as Python values."""
        inquiry = PythonRows(json.dumps(query).encode(), self._limits, self._expose)
        return answer(inquiry, self._store())

    def stream(self, query: dict[str, Any]) -> Iterator[Row]:
        """Yield the rows as `rows` gives them: any number of them, of which a few are held.

        All come from one snapshot, which ends with the last row or when the iterator is closed.
        """
        inquiry = PythonRows(json.dumps(query).encode(), self._limits, self._expose)
        store = self._store()
        statement = compile_rows(inquiry.posted.plan, store.reader.backend)
        try:
            for values in store.stream(statement):
                yield {tag: records[0] for tag, records in inquiry.records([values]).items()}
        except ProvenderError as error:
            raise inquiry.explained(error) from error

    def count(self, query: dict[str, Any]) -> int:
        """Return the number of rows, after limit and offset."""
        inquiry = RowNumber(json.dumps(query).encode(), self._limits, self._expose)
        return answer(inquiry, self._store())

    def _store(self) -> Store:
        """Return the store; at its first use a program waits until it is prepared."""
        return self._stores.get(progress=quietly)

    def close(self) -> None:
        """Close the connections."""
        self._stores.close()

    def __enter__(self: _Asked) -> _Asked:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
