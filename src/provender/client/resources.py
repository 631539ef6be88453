"""What every resource of a store has: lists and single objects. Floor: client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic

from provender.client import conditions
from provender.client.addresses import segment
from provender.client.conditions import Where, option
from provender.client.connection import Connection
from provender.client.errors import NotFound
from provender.client.lists import Listing, Row, Source
from provender.client.results import Record, found

Identifier = str | int | Record | Mapping[str, Any]


class Resource(Generic[Row]):
    """A kind of objects of a store, below one path."""

    def __init__(self, connection: Connection, path: str, kind: type[Row]) -> None:
        self._connection, self._path, self._kind = connection, path, kind

    def __repr__(self) -> str:
        return f"<{self._path} of {self._connection.base}>"

    def list(
        self,
        where: Where = None,
        *,
        orderby: str | Sequence[str] | None = None,
        limit: int | None = None,
        progress: bool = False,
        **options: Any,  # noqa: ANN401 - keys of the route
    ) -> Listing[Row]:
        """Return the objects that `where` chooses: see `provender.client.conditions.read`."""
        query = chosen(self._path, where, {"orderby": orderby, **options})
        return self._listing(Source(self._connection, self._path, query), limit, is_shown=progress)

    def search(
        self,
        where: Where = None,
        **equal: Any,  # noqa: ANN401 - values of columns
    ) -> Listing[Row]:
        """Return the objects whose columns have these values, beside what `where` says."""
        return self.list(where, **equal)

    def get(self, identifier: Identifier, **options: Any) -> Row:  # noqa: ANN401 - keys of the route
        """Return one object, by the beginning of its uuid or by its pk.

        Raises:
            NotFound: there is none.
            Ambiguous: several uuids begin like that.
        """
        rows = self._connection.get(f"{self._path}/{named(identifier)}", query(options)).rows
        if not rows:
            raise NotFound(f"There is no object `{identifier}` among the {self._path}.")
        return self._kind(rows[0])

    def _listing(
        self, source: Source, limit: int | None, *, is_shown: bool = False
    ) -> Listing[Row]:
        return Listing(source, self._kind, limit=limit, is_shown=is_shown)

    def _one(self, identifier: Identifier, path: str, **options: Any) -> Any:  # noqa: ANN401 - JSON
        """Return what the server tells at a path below an object."""
        answer = self._connection.get(f"{self._path}/{named(identifier)}/{path}", query(options))
        return found(answer.data)


def named(identifier: Identifier) -> str:
    """Return what stands for an object in a path: its uuid or its pk."""
    if isinstance(identifier, Mapping):
        identifier = identifier.get("uuid") or identifier["id"]
    return segment(str(identifier).strip())


def query(options: Mapping[str, Any]) -> list[str]:
    """Return keys of a route as parts of a query string; None leaves a key out."""
    return [option(name, value) for name, value in options.items() if value is not None]


def chosen(route: str, where: Where, options: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the parts of a query string that choose the objects of a list."""
    return (*conditions.read(where).query(route), *query(options))
