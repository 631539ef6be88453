"""The rows of a list: a window of it, or the next page of a walk. Floor: translators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from provender.query import cursors
from provender.query.cursors import LARGEST, Cursor
from provender.query.plan.plan import Output, Plan
from provender.query.querystring.desk.screen import LINK_COUNTS
from provender.query.querystring.parameters import COUNT, CURSOR
from provender.query.querystring.readers import Count
from provender.query.querystring.request import ListRequest
from provender.schema.statements import Record as Values
from provender.translators.linkcounts import LinkCounts, read_link_counts
from provender.translators.session import Session


@dataclass(frozen=True, slots=True)
class Window:
    """Rows of a list; `total` is None if the request wants none.

    `following` is the cursor of the next page, None at the end of a walk. `link_counts` are the
    numbers of links of each node of the page by its pk, if the request asks for them.
    """

    records: list[Values]
    total: int | None
    following: str | None = None
    link_counts: Mapping[int, LinkCounts] | None = None


def read_cursor(plan: Plan, request: ListRequest, scope: object = "") -> Cursor | None:
    """Return the cursor of a list request; None for a list that is not walked.

    `scope` names what the list belongs to. Raises `BadValue` and `ConflictingParameters` as
    `cursors.read_cursor`.
    """
    given = request.parameters[CURSOR]
    if given is None:
        return None
    selection = cursors.selection_of(request, scope)
    if given == cursors.FIRST:
        return Cursor(selection, None, None, ())
    return cursors.read_cursor(given, selection, plan)


def read_window(
    plan: Plan, request: ListRequest, session: Session, cursor: Cursor | None
) -> Window:
    """Return the rows of a list request."""
    window = _read_rows(plan, request, session, cursor)
    if not request.parameters[LINK_COUNTS]:
        return window
    place = next(place for place, output in enumerate(plan.outputs) if output.key == "id")
    pks = {values[place] for values in window.records}
    return replace(window, link_counts=read_link_counts(session, pks))


def _read_rows(plan: Plan, request: ListRequest, session: Session, cursor: Cursor | None) -> Window:
    wanted = request.parameters[COUNT]
    if cursor is not None:
        return _walk(cursor, plan, request, session)
    if wanted is Count.EXACT:
        rows = session.fetch(plan)
        return Window(rows.records, rows.total)
    return Window(session.rows(plan), _total(plan, wanted, session))


def _walk(cursor: Cursor, plan: Plan, request: ListRequest, session: Session) -> Window:
    """Return the page behind a cursor; the first page fixes total and highest id for all pages."""
    if cursor.highest is None:
        total = _total(plan, request.parameters[COUNT], session)
        cursor = replace(cursor, highest=highest_id(plan, session), total=total)
    size, width = request.limit, len(plan.outputs)
    page = cursors.page_after(plan, cursor, size)
    records = session.rows(page)
    following = None
    if len(records) > size:
        records = records[:size]
        after = records[-1][width:]
        if not session.flaws.hidden and cursors.can_name(plan.order, after):
            following = replace(cursor, after=after, skipped=0).written()
        else:
            following = replace(cursor, skipped=cursor.skipped + size).written()
    return Window([values[:width] for values in records], cursor.total, following)


def highest_id(plan: Plan, session: Session) -> int:
    """Return the highest id of the listed entity.

    Rows that are added during a walk have higher ids and are left out of all its pages.
    """
    listed = plan.sources[-1]
    found = replace(
        plan,
        sources=(replace(listed, join=None),),
        condition=replace(plan.condition, conditions=()),
        outputs=(Output("id", plan.column(listed.tag, "id"), function="max"),),
        order=(),
        limit=None,
        offset=None,
        is_deep=False,
    )
    highest = session.rows(found)[0][0]
    return LARGEST - 1 if highest is None else max(0, highest)


def _total(plan: Plan, wanted: Count, session: Session) -> int | None:
    """Return the number of rows: counted, estimated by the database, or None."""
    if wanted is Count.NONE:
        return None
    return session.estimate(plan) if wanted is Count.ESTIMATE else session.total(plan)
