"""The rows of a list: a window of it, or the next page of a walk. Floor: translators."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from provender.query import cursors
from provender.query.cursors import Cursor
from provender.query.plan.plan import Output, Plan
from provender.query.querystring.request import Count, ListRequest
from provender.query.sql import compiler
from provender.schema.statements import Backend
from provender.schema.statements import Record as Values
from provender.store.stores import Session


@dataclass(frozen=True, slots=True)
class Window:
    """Rows of a list; `total` is None if nobody asked for it.

    `following` is the cursor of the next page, None at the end of a walk.
    """

    records: list[Values]
    total: int | None
    following: str | None = None


def read_window(plan: Plan, request: ListRequest, session: Session, scope: object = "") -> Window:
    """Return what a list request asks for; `scope` is what the list belongs to.

    Raises:
        BadValue, ConflictingParameters: as `cursors.read_cursor`.
    """
    if request.parameters.cursor is not None:
        return _walk(request.parameters.cursor, plan, request, session, scope)
    wanted = request.parameters.count
    statements = compiler.compile_plan(plan, session.backend, with_count=wanted is Count.EXACT)
    rows = session.snapshot.fetch(statements)
    total = rows.total if wanted is Count.EXACT else _total(plan, wanted, session)
    return Window(rows.records, total)


def _walk(given: str, plan: Plan, request: ListRequest, session: Session, scope: object) -> Window:
    size, selection = request.limit, cursors.selection_of(request, scope)
    if given == cursors.FIRST:
        total = _total(plan, request.parameters.count, session)
        cursor = Cursor(selection, _highest_id(plan, session), total, ())
    else:
        cursor = cursors.read_cursor(given, selection, plan)
    page = cursors.page_after(plan, cursor, size)
    statements = compiler.compile_plan(page, session.backend, with_count=False)
    records = session.snapshot.fetch(statements).records
    width = len(plan.outputs)
    following = None
    if len(records) > size:
        records = records[:size]
        following = replace(cursor, after=records[-1][width:]).written()
    return Window([values[:width] for values in records], cursor.total, following)


def _highest_id(plan: Plan, session: Session) -> int:
    """Return the highest id there is of what is listed."""
    listed = plan.sources[-1]
    found = replace(
        plan,
        sources=(replace(listed, join=None),),
        condition=replace(plan.condition, conditions=()),
        outputs=(Output("id", cursors.own_id(plan), function="max"),),
        order=(),
        limit=None,
        offset=None,
        is_deep=False,
    )
    statements = compiler.compile_plan(found, session.backend, with_count=False)
    return session.snapshot.fetch(statements).records[0][0] or 0


def _total(plan: Plan, wanted: Count, session: Session) -> int | None:
    """Return the number of rows: counted, estimated by the database, or None."""
    if wanted is Count.NONE:
        return None
    if wanted is Count.ESTIMATE and session.backend is Backend.POSTGRESQL:
        every = replace(plan, order=(), limit=None, offset=None, is_deep=False)
        rows = compiler.compile_plan(every, session.backend, with_count=False).rows
        found = session.snapshot.read(f"EXPLAIN (FORMAT JSON) {rows.text}", rows.values)[0][0]
        document = json.loads(found) if isinstance(found, str) else found
        return int(document[0]["Plan"]["Plan Rows"])
    count = compiler.compile_plan(plan, session.backend).count
    return None if count is None else int(session.snapshot.recall(count)[0][0])
