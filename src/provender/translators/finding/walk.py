"""Finding files by name and size over the nodes of a selection, page by page. Floor: translators.

Nodes are read in the order of their ids, some at a time; a page ends when it is full, or when it
took long: then it has fewer files, and the next one goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from provender.errors import LimitExceeded
from provender.query import cursors
from provender.query.cursors import Cursor
from provender.query.plan.plan import Ordering, Plan
from provender.query.querystring.parameters import CURSOR
from provender.query.querystring.request import ListRequest
from provender.schema.statements import Record as Values
from provender.store.cancellation import current
from provender.store.files.tree import every_file
from provender.store.stores import Store
from provender.translators import paging
from provender.translators.globs import Globs
from provender.translators.inquiry import Inquiry
from provender.translators.records import decoded, is_object
from provender.translators.selections.selection import Selection
from provender.translators.session import Session

COLUMNS = ("id", "uuid", "label", "repository_metadata")
# Nodes that are read at once, and files whose sizes are looked up at once.
NODES, FILES = 500, 500
# Seconds after which a page ends, full or not.
SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of a node; without `size` its content is missing, without `key` nobody knows it."""

    uuid: str | None
    label: str | None
    path: str
    size: int | None
    key: str | None


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """A page of files; `following` is the cursor of the next one, None at the end of the walk."""

    files: list[FoundFile]
    following: str | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of nodes in the order of their ids, and the highest id at the start of the walk."""

    rows: list[Values]
    highest: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Sought:
    """What is sought: the files of a selection, by name and size. `request` is the page."""

    selection: Selection
    request: ListRequest
    globs: Globs
    min_size: int = 0


class NodesBehind(Inquiry[Batch, Batch]):
    """Nodes of a selection behind a cursor, so many at most."""

    is_expensive = True

    def __init__(self, selection: Selection, plan: Plan, cursor: Cursor, most: int) -> None:
        self._selection, self._plan, self._cursor, self._most = selection, plan, cursor, most

    def read(self, session: Session) -> Batch:
        """Return the rows; the first batch finds the highest id."""
        plan, cursor = self._selection.narrow(self._plan, session), replace(self._cursor, skipped=0)
        if cursor.highest is None:
            cursor = replace(cursor, highest=paging.highest_id(plan, session))
        rows = session.rows(cursors.page_after(plan, cursor, self._most))
        return Batch(rows[: self._most], cursor.highest or 0, len(rows) > self._most)

    def present(self, raw: Batch) -> Batch:
        """Return the rows."""
        return raw


Ask = Callable[[NodesBehind], Batch]


class FileWalk:
    """A walk over the files of a selection; making it checks everything that was asked for.

    `at_once` nodes are read together.
    """

    def __init__(self, sought: Sought, at_once: int = NODES) -> None:
        self._sought, self._at_once = sought, at_once
        selection, request = sought.selection, sought.request
        plan = selection.plan(list(COLUMNS))
        self._plan = replace(
            plan, order=(Ordering(plan.column(selection.view.name, "id"), descending=False),)
        )
        scope = ("files", sought.globs.texts, sought.min_size)
        given, chosen = request.parameters[CURSOR], cursors.selection_of(request, scope)
        self._cursor = (
            Cursor(chosen, None, None, ())
            if given in (None, cursors.FIRST)
            else cursors.read_cursor(str(given), chosen, self._plan)
        )

    def page(self, ask: Ask, store: Store, seconds: float = SECONDS) -> FoundFiles:
        """Return the files of the page; errors as those of `ask`, and of the files of the store."""
        found: list[FoundFile] = []
        cursor, until, has_more = self._cursor, time.monotonic() + seconds, True
        store.files()
        while has_more and len(found) < self._sought.request.limit and time.monotonic() < until:
            batch = self._batch(ask, cursor)
            cursor = replace(cursor, highest=batch.highest)
            cursor, is_through = self._take(batch.rows, store, cursor, found)
            has_more = batch.has_more or not is_through
        return FoundFiles(found, cursor.written() if has_more else None)

    def _batch(self, ask: Ask, cursor: Cursor) -> Batch:
        """Return some nodes; fewer where their trees are larger than an answer may be."""
        most = self._at_once
        while True:
            try:
                return ask(NodesBehind(self._sought.selection, self._plan, cursor, most))
            except LimitExceeded:
                if most == 1:
                    raise
                most = most // 10 or 1

    def _take(
        self, rows: list[Values], store: Store, cursor: Cursor, found: list[FoundFile]
    ) -> tuple[Cursor, bool]:
        """Add files of nodes up to the size of a page; return what follows, and if it is them all.

        `cursor.skipped` files of the first node were told before.
        """
        limit, rest = self._sought.request.limit, self._files(rows, cursor)
        while some := list(islice(rest, FILES)):
            current().check()
            keys = {file.key for _, _, file in some if file.key is not None}
            sizes = store.files().sizes(keys) if keys else {}
            for after, number, file in some:
                size = sizes.get(file.key or "")
                if (size or 0) >= self._sought.min_size:
                    found.append(replace(file, size=size))
                if len(found) == limit:
                    return replace(cursor, after=after, skipped=number), False
        last = (rows[-1][0],) if rows else cursor.after
        return replace(cursor, after=last, skipped=0), True

    def _files(
        self, rows: Iterable[Values], cursor: Cursor
    ) -> Iterator[tuple[tuple[object, ...], int, FoundFile]]:
        """Yield files that match, each with the node before its own and its number there."""
        after, skipped = cursor.after, cursor.skipped
        for pk, uuid, label, tree, *_ in rows:
            match = self._sought.globs.match
            every = every_file(decoded(tree)) if is_object(tree) else iter(())
            matching = ((path, key) for path, key in every if match(path))
            for number, (path, key) in enumerate(matching, 1):
                if number > skipped:
                    yield after, number, FoundFile(uuid, label, path, None, key)
            after, skipped = (pk,), 0
