"""Finding the nodes that name a content, by its SHA-256. Floor: translators.

A container holds contents that no node of the store names: those of deleted nodes, and of other
databases. So every answer is asked of the database; the index (`store/hashindex.py`) says of
which nodes. Where it has none, and for all of them, it is brought up to date before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeVar

from provender.errors import StoreBusy
from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.conditions import Comparison, Operand, Relation
from provender.query.plan.plan import Ordering, Output, Plan
from provender.query.plan.views import whole_vocabulary
from provender.query.querydict import QueryDict
from provender.schema.entities import NODE, Kind
from provender.schema.statements import Record as Values
from provender.store.files.tree import every_file
from provender.store.hashindex import FILE, Known, Row, write_index
from provender.store.progress import Progress
from provender.store.stores import Store
from provender.translators import inquiry as inquiries
from provender.translators.inquiry import Inquiry
from provender.translators.records import decoded, is_object
from provender.translators.session import Session

TAG = "node"
TREE = "repository_metadata"
# Nodes that are read at once, and looked at until others have a turn.
AT_ONCE, STEP = 1000, 50
# Candidates that are asked for at once, and ids that are compared at once.
SOME, MANY_IDS = 200, 50_000
# A node that changed may be seen so much later than the time of its change says.
SLACK = timedelta(minutes=10)
# Nodes that were added since the index was made, beyond which it is made anew.
MOST_ADDED = 200_000
# How often, and after how many seconds, the making of the index asks again when others are first.
TRIES, PAUSE = 60, 1.0

_Raw = TypeVar("_Raw")
Found = list[Values]


@dataclass(frozen=True, slots=True)
class NamingNode:
    """A node that names a content, with the paths of its files that have it."""

    pk: int
    uuid: str | None
    label: str | None
    node_type: str | None
    paths: tuple[str, ...]


class _Rows(Inquiry[Found, Found]):
    """The rows of a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def read(self, session: Session) -> Found:
        """Return the rows."""
        return session.rows(self._plan)

    def present(self, raw: Found) -> Found:
        """Return the rows."""
        return raw


@dataclass(frozen=True, slots=True)
class Stand:
    """How many nodes there are up to a pk, the newest time of change, and the name of the data."""

    token: str | None
    number: int
    newest: str | None


class StandOf(Inquiry[Stand, Stand]):
    """What shows whether nodes were added, removed or changed; up to a pk, or of all."""

    def __init__(self, highest: int | None = None) -> None:
        plan = _plan()
        self._newest = replace(plan, outputs=(_largest(plan, "mtime"),), order=())
        self._plan = plan if highest is None else _compared(plan, Relation.LESS_EQUAL, highest)

    def read(self, session: Session) -> Stand:
        """Return the numbers."""
        newest = session.rows(self._newest)[0][0]
        shown = min(newest, datetime.now(timezone.utc)).isoformat() if newest else None
        return Stand(session.token, session.total(self._plan), shown)

    def present(self, raw: Stand) -> Stand:
        """Return the numbers."""
        return raw


class NodesOfContent:
    """The nodes of a store that name a content."""

    def __init__(self, store: Store, progress: Progress | None = None) -> None:
        self._store = store
        self._index = store.hashes
        called = f"The store `{store.profile.name}`"
        self._open = partial(self._index.open, partial(_fill, store), progress, called)

    def first(self, key: str) -> NamingNode | None:
        """Return one of the nodes; None if no node names the content.

        Raises:
            StorePreparing: the index is made.
        """
        self._open()
        return next(self._found(key, 0), None) or (
            next(self._found(key, 0), None) if self._refresh() else None
        )

    def page(self, key: str, after: int, most: int) -> list[NamingNode]:
        """Return nodes behind a pk, so many at most; raises `StorePreparing`."""
        self._open()
        self._refresh()
        found = self._found(key, after)
        return [node for node, _ in zip(found, range(most), strict=False)]

    def _found(self, key: str, after: int) -> Iterator[NamingNode]:
        """Yield the nodes that the index has, and that name the content now."""
        while pks := self._index.pks(key, after, SOME):
            rows = {row[0]: row for row in self._ask(_Rows(_among(pks)))}
            for pk in pks:
                if pk in rows and (node := _naming(rows[pk], key)) is not None:
                    yield node
            after = pks[-1]

    def _refresh(self) -> bool:
        """Bring the index up to date; return whether there was something to do."""
        index = self._index
        if index.is_fixed:
            return False
        with self._store.reader.places.expensive(), index.turn:
            known = index.known
            stand = self._ask(StandOf(known.highest))
            if stand.token is not None and stand.token == index.token:
                return False
            if index.added > MOST_ADDED:
                index.drop()
                self._open()
                return True
            self._add_changed(known)
            if stand.number != known.number:
                self._add_missing(known)
            self._add_later(replace(known, number=stand.number, newest=stand.newest))
            index.token = stand.token
        return True

    def _add_changed(self, known: Known) -> None:
        """Read those nodes again that changed since."""
        if known.newest is None:
            return
        since = datetime.fromisoformat(known.newest) - SLACK
        plan = questions.since(_plan(), TAG, "mtime", since)
        for rows in _walk(self._ask, _compared(plan, Relation.LESS_EQUAL, known.highest)):
            self._index.add(_keys(rows), known)

    def _add_missing(self, known: Known) -> None:
        """Read nodes that appeared among those that are known: a long transaction has ended."""
        ids = _compared(_plan(("id",)), Relation.LESS_EQUAL, known.highest)
        for rows in _walk(self._ask, ids, MANY_IDS):
            unknown = self._index.unknown([row[0] for row in rows])
            for begun in range(0, len(unknown), AT_ONCE):
                some = unknown[begun : begun + AT_ONCE]
                found = self._ask(_Rows(_among(some)))
                self._index.add(_keys(found), known)

    def _add_later(self, known: Known) -> None:
        """Read the nodes behind those that are known."""
        plan = _compared(_plan(), Relation.GREATER, known.highest)
        self._index.add([], known)
        for rows in _walk(self._ask, plan):
            known = Known(rows[-1][0], known.number + len(rows), known.newest)
            self._index.add(_keys(rows), known)

    def _ask(self, inquiry: Inquiry[_Raw, _Raw]) -> _Raw:
        return inquiries.answer(inquiry, self._store)


def _fill(store: Store, folder: Path, told: Progress) -> None:
    """Write the index of a store into a folder."""
    stand = _patiently(store, StandOf())
    ask: Callable[[_Rows], Found] = partial(_patiently, store)
    known = Known(0, 0, stand.newest)

    def rows() -> Iterator[Sequence[Row]]:
        nonlocal known
        for found in _walk(ask, _plan()):
            for begun in range(0, len(found), STEP):
                yield _keys(found[begun : begun + STEP])
                told("reading the files of nodes", known.number + begun, stand.number)
            known = Known(found[-1][0], known.number + len(found), stand.newest)

    write_index(folder / FILE, rows(), lambda: known, told)


def _patiently(store: Store, inquiry: Inquiry[_Raw, _Raw]) -> _Raw:
    """Return the answer to an inquiry; requests are first."""
    for left in reversed(range(TRIES)):
        try:
            return inquiries.answer(inquiry, store)
        except StoreBusy:
            if not left:
                raise
        time.sleep(PAUSE)
    raise AssertionError


def _walk(ask: Callable[[_Rows], Found], plan: Plan, size: int = AT_ONCE) -> Iterator[Found]:
    """Yield the rows of a plan in the order of their pks, so many at a time."""
    by_id = Ordering(plan.column(TAG, "id"), descending=False)
    plan, after = replace(plan, order=(by_id,)).window(0, size), None
    while True:
        page = plan if after is None else _compared(plan, Relation.GREATER, after)
        rows = ask(_Rows(page))
        if rows:
            yield rows
        if len(rows) < size:
            return
        after = rows[-1][0]


def _keys(rows: Sequence[Values]) -> list[Row]:
    """Return the hashes that nodes name, of their pks and trees."""
    return [(row[0], {key for _, key in _files(row[1]) if key is not None}) for row in rows]


def _files(tree: object) -> Iterator[tuple[str, str | None]]:
    return every_file(decoded(tree)) if is_object(tree) else iter(())


def _naming(row: Values, key: str) -> NamingNode | None:
    pk, tree, uuid, label, node_type = row
    paths = tuple(path for path, found in _files(tree) if found == key)
    return NamingNode(pk, uuid, label, node_type, paths) if paths else None


def _among(pks: Collection[int]) -> Plan:
    columns = ("id", TREE, "uuid", "label", "node_type")
    return questions.among(_plan(columns), TAG, "id", pks)


def _compared(plan: Plan, relation: Relation, pk: int) -> Plan:
    operand = Operand(pk, Kind.INTEGER)
    return plan.having(Comparison(plan.column(TAG, "id"), relation, operand))


def _largest(plan: Plan, column: str) -> Output:
    return Output(column, plan.column(TAG, column), function="max")


@lru_cache(maxsize=4)
def _plan(columns: tuple[str, ...] = ("id", TREE)) -> Plan:
    question: QueryDict = {
        "path": [{"entity_type": "", "tag": TAG}],
        "project": {TAG: list(columns)},
    }
    return planning.check(question, {NODE.name: whole_vocabulary(NODE)})
