"""What every resource of a store has: lists and single objects. Floor: client."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic

from provender.client.errors import NotFound
from provender.client.queries.conditions import Where
from provender.client.queries.identifiers import Identifier, named
from provender.client.queries.lists import Listing, Row
from provender.client.queries.questions import query, question
from provender.client.rows.results import found
from provender.client.transport.connection import Connection

Orders = str | Sequence[str] | None
# Resources whose paths take a pk; in those of others digits are the beginning of a uuid.
BY_PK = ("users", "processes", "calcjobs")


class Resource(Generic[Row]):
    """A kind of objects of a store, below one path."""

    # Where lists are posted to whose conditions have no form in a query string.
    _posted_to: str | None = None

    def __init__(
        self, connection: Connection, path: str, kind: Callable[[Mapping[str, Any]], Row]
    ) -> None:
        self._connection, self._path, self._kind = connection, path, kind

    def __repr__(self) -> str:
        return f"<{self._path} of {self._connection.base}>"

    def search(
        self,
        where: Where = None,
        **equal: Any,  # noqa: ANN401 - values of columns
    ) -> Listing[Row]:
        """Return the objects whose columns have these values, beside what `where` says.

        A column may be given several values. Other comparisons, and paths into attributes and
        extras, stand in `where`: `{"label.like": "relax%"}`.
        """
        return self._rows(where, equal)

    def _rows(
        self,
        where: Where,
        options: Mapping[str, Any],
        limit: int | None = None,
        *,
        is_shown: bool = False,
    ) -> Listing[Row]:
        asked = question(self._path, where, options, posted_to=self._posted_to)
        source = asked.source(self._connection, is_counted=True)
        return Listing(source, self._kind, limit=limit, is_shown=is_shown)

    def _object(self, identifier: Identifier, options: Mapping[str, Any]) -> Row:
        path = f"{self._path}/{self._named(identifier)}"
        rows = self._connection.get(path, query(options)).rows
        if not rows:
            raise self._missing(identifier)
        return self._kind(rows[0])

    def _named(self, identifier: Identifier) -> str:
        """Return what stands for an object in a path; an integer is a pk."""
        if isinstance(identifier, int) and self._path not in BY_PK:
            rows = self._connection.get(self._path, [f"id={identifier}", "limit=1"]).rows
            if not rows:
                raise self._missing(identifier)
            identifier = rows[0]
        return named(identifier)

    def _missing(self, identifier: Identifier) -> NotFound:
        return NotFound(f"There is no object `{identifier}` among the {self._path}.")

    def _below(self, identifier: Identifier, path: str, options: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """Return what the server tells at a path below an object."""
        whole = f"{self._path}/{self._named(identifier)}/{path}"
        return found(self._connection.get(whole, query(options)).data)


class Below(Resource[Row]):
    """Objects with paths of processes below them, whatever the path of their own list."""

    def _path_of(self, identifier: Identifier, path: str) -> str:
        return f"processes/{self._named(identifier)}/{path}"

    def _told(
        self, identifier: Identifier, path: str, options: Mapping[str, Any] | None = None
    ) -> Any:  # noqa: ANN401 - JSON
        """Return the JSON that the server tells at a path; it stands under its last word."""
        asked = query(options or {})
        answer = self._connection.get(self._path_of(identifier, path), asked)
        return answer.data[path.rpartition("/")[2]]
