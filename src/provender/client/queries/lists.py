"""Lists of any length, read page by page while they are looped over. Floor: client."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from operator import index
from typing import Any, Generic, SupportsIndex, TypeVar

from provender.client.errors import BadQuery
from provender.client.queries.conditions import option
from provender.client.rows import frames, results
from provender.client.rows.meter import progress
from provender.client.rows.results import Record, Rows
from provender.client.transport.answers import Answer
from provender.client.transport.connection import Connection

FIRST = "*"
# Rows of a page where pages have offsets: as many as AiiDA's server gives at most.
OFFSET_ROWS = 400

Row = TypeVar("Row", bound=Record)


@dataclass(frozen=True, slots=True)
class Source:
    """Where the pages of a list come from: a GET with a query, or a POST with a body."""

    connection: Connection
    path: str
    query: tuple[str, ...] = ()
    body: Mapping[str, Any] | None = None
    # Whether the server counts such lists.
    is_counted: bool = True

    def page(self, cursor: str | int, size: int | None, *, is_counted: bool = False) -> Answer:
        """Return a page; `cursor` is a number of rows where the server has pages by offset."""
        asked: dict[str, Any] = {} if size is None else {"limit": size}
        if isinstance(cursor, str):
            asked["cursor"] = cursor
            if self.is_counted and not is_counted:
                asked["count"] = "none"
        elif cursor:
            asked["offset"] = cursor
        if self.body is not None:
            return self.connection.post(self.path, {**self.body, **asked})
        return self.connection.get(
            self.path, [*self.query, *(option(name, value) for name, value in asked.items())]
        )


class Listing(Generic[Row]):
    """The rows of a list. A loop asks for them page by page, each loop anew.

    Nothing is asked before the first row is wanted. `limit` bounds the rows of loops. `table` gives
    the same rows with a column for each value.
    """

    def __init__(
        self,
        source: Source,
        kind: Callable[[Mapping[str, Any]], Row],
        *,
        limit: int | None = None,
        is_shown: bool = False,
        table: Source | None = None,
    ) -> None:
        self._limit = None if limit is None else _number(limit)
        self._source, self._kind, self._is_shown = source, kind, is_shown
        self._table = table or source

    def __iter__(self) -> Iterator[Row]:
        for page in self.pages():
            yield from page

    def pages(self, size: int | None = None) -> Iterator[Rows]:
        """Yield the rows page by page, `size` at a time; by default as many as the server gives."""
        for answer in self._walk(self._source, size):
            yield Rows(self._kind(row) for row in answer)

    def first(self) -> Row | None:
        """Return the first row, or None if there is none."""
        found = self.take(1)
        return found[0] if found else None

    def take(self, number: int) -> Rows:
        """Return the first rows, `number` at most, as a list."""
        limit = number if self._limit is None else min(number, self._limit)
        rows = Rows()
        for page in Listing(self._source, self._kind, limit=limit).pages():
            rows += page
        return rows

    def count(self) -> int:
        """Return how many rows there are, whatever `limit` is.

        Raises:
            BadQuery: the server does not count such a list.
        """
        source = self._source
        total = source.page(FIRST if self._has_cursors else 0, 1, is_counted=True).total
        if total is None:
            raise BadQuery("The server does not count this list.", hint="sum(1 for row in ...)")
        return total

    def to_dataframe(self) -> Any:  # noqa: ANN401 - pandas is not needed otherwise
        """Return all rows as a `pandas.DataFrame`, with a column for each name.

        Raises:
            ModuleNotFoundError: pandas is not installed.
        """
        return frames.gathered(self._walk(self._table, None))

    @property
    def _has_cursors(self) -> bool:
        return self._source.connection.has_cursors

    def _walk(self, source: Source, size: int | None) -> Iterator[list[Any]]:
        """Yield the rows of each page as the server sent them."""
        if self._limit == 0:
            return
        total = self._total()
        pages = self._by_cursor if self._has_cursors else self._by_offset
        with progress(source.path, total, is_shown=self._is_shown) as advance:
            for rows in pages(source, size):
                yield rows
                advance(len(rows))

    def _total(self) -> int | None:
        if not self._is_shown or not self._source.is_counted:
            return self._limit
        total = self.count()
        return total if self._limit is None else min(total, self._limit)

    def _by_cursor(self, source: Source, size: int | None) -> Iterator[list[Any]]:
        """Ask for the page behind the one that is looked at already, unless no more is wanted."""
        cursor: str | None = FIRST
        left = self._limit
        with ThreadPoolExecutor(1, "provender-pages") as ahead:
            coming: Future[Answer] | None = ahead.submit(source.page, FIRST, _least(size, left))
            while coming is not None:
                answer = coming.result()
                rows, cursor = answer.rows[:left], answer.next  # a page may have more than that
                left = None if left is None else left - len(rows)
                is_last = cursor is None or left == 0
                coming = (
                    None
                    if is_last
                    else ahead.submit(source.page, cursor or FIRST, _least(size, left))
                )
                yield rows

    def _by_offset(self, source: Source, size: int | None) -> Iterator[list[Any]]:
        size, offset = size or OFFSET_ROWS, 0
        while self._limit is None or offset < self._limit:
            wanted = size if self._limit is None else min(size, self._limit - offset)
            rows = source.page(offset, wanted).rows
            if rows:
                yield rows
            offset += len(rows)
            if len(rows) < wanted:
                return

    def __repr__(self) -> str:
        return f"<list of {self._source.path}: loop over it, or ask for .take(10), .count()>"

    def _repr_html_(self) -> str:
        source = self._source
        answer = source.page(FIRST if self._has_cursors else 0, results.SHOWN_ROWS, is_counted=True)
        return results.table([self._kind(row) for row in answer.rows], answer.total)


def _number(limit: SupportsIndex) -> int:
    """Return a number of rows; NumPy's integers are numbers, too."""
    try:
        number = index(limit)
    except TypeError:
        number = -1
    if number < 0:
        raise BadQuery("`limit` is a number of rows, from 0.")
    return number


def _least(size: int | None, left: int | None) -> int | None:
    """Return how many rows to ask for; None is as many as the server gives.

    A server that gives fewer than `left` says so by the cursor of a further page, so no more than
    it gives by default is asked for.
    """
    if size is None and left is not None and left < OFFSET_ROWS:
        return left
    return size if left is None or size is None else min(size, left)
