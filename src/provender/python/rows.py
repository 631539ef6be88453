"""The rows of a selection, read page by page. Floor: python."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from provender.optional import pandas
from provender.translators.lists import Listing
from provender.translators.records import too_deep

Row = dict[str, Any]
# Returns the page of a walk behind a cursor, of so many rows at most.
Pages = Callable[[str, int], Listing]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that are read while they are looped over, a page at a time.

    Each loop reads them anew. `flat` are the same rows for a table.
    """

    pages: Pages
    first: str
    size: int
    limit: int | None = None
    flat: Pages | None = None

    def __iter__(self) -> Iterator[Row]:
        return self._walk(self.pages)

    def _walk(self, pages: Pages) -> Iterator[Row]:
        cursor, left = self.first, self.limit
        while left is None or left > 0:
            page = pages(cursor, self.size if left is None else min(left, self.size))
            yield from plain(page.records)
            if page.following is None:
                return
            cursor = page.following
            left = None if left is None else left - len(page.records)

    def to_dataframe(self) -> Any:  # noqa: ANN401 - pandas is not needed otherwise
        """Return a `pandas.DataFrame` of the rows.

        Raises:
            ModuleNotFoundError: pandas is not installed.
        """
        frames = pandas()
        return frames.DataFrame(list(self._walk(self.flat or self.pages)))


def plain(records: Any) -> Any:  # noqa: ANN401 - JSON
    """Return records as values of Python: the JSON in them is read.

    Raises:
        CannotExport: it is nested too deeply.
    """
    try:
        return json.loads(orjson.dumps(records))
    except RecursionError:
        raise too_deep() from None
