"""All values of one name, page by page. Floor: translators."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from provender.errors import BadValue
from provender.query import questions
from provender.query.cursors import opaque, parts_of
from provender.query.plan import planning
from provender.query.plan.facets import Facet, Form, Walk, facet_of
from provender.query.plan.views import vocabulary, whole_vocabulary
from provender.query.querystring.selections.facets import Asked
from provender.schema.statements import Record as Values
from provender.translators.inquiry import Inquiry
from provender.translators.records import Record
from provender.translators.selections.facets import WITH_MEMBERS, check_form, check_name, value_of
from provender.translators.selections.names import labels
from provender.translators.selections.said import Said, narrowed
from provender.translators.selections.selection import Selection
from provender.translators.session import Session

KINDS = ("array", "boolean", "number", "object", "string")
Position = tuple[str, float | None, str | None]


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of a page, the uuids of the nodes that are examples by id, labels of pks."""

    rows: list[Values]
    uuids: dict[int, str | None]
    labels: Mapping[int, str | None] | None = None


class ValuesOf(Inquiry[Page, Record]):
    """A page of the values of one name in a selection, ordered by type and value."""

    is_expensive = True

    def __init__(
        self,
        selection: Selection,
        asked: Asked,
        walk: Walk,
        said: Said,
        address: Callable[[str], str],
    ) -> None:
        if asked.form is Form.HISTOGRAM:
            raise BadValue("A histogram has ranges, not values.", hint="Ask for it as a `facet`.")
        self._selection, self._asked, self._walk = selection, asked, walk
        self._said, self._address = said, address
        view = selection.view
        check_name(view, asked)
        target = vocabulary(view, selection.expose).to_ask(view.name, asked.name)
        check_form(asked, target, is_number=False)
        self._facet = facet_of(selection.plan(["id"]), target, asked.form)

    def read(self, session: Session) -> Page:
        """Return the rows of the page, one more than it has if there are others behind."""
        plan = self._selection.narrow(self._facet.plan, session)
        rows = session.values(Facet(plan, self._facet.form), self._walk)
        named = labels(self._facet, rows, session)
        pks = {row[4] for row in rows if row[4] is not None}
        if not pks:
            return Page(rows, {}, named)
        names = {"node": whole_vocabulary(self._selection.view.entity)}
        found = session.rows(planning.check(questions.uuids_of(pks), names))
        return Page(rows, dict(found), named)

    def present(self, raw: Page) -> Record:
        """Return the buckets, and where the next page begins."""
        shown = raw.rows[: self._walk.size]
        buckets = [self._bucket(row, raw) for row in shown]
        has_more = len(raw.rows) > len(shown)
        return {"buckets": buckets, "after": written(shown[-1][:3]) if has_more else None}

    def _bucket(self, row: Values, page: Page) -> Record:
        kind, number, text, rows, sample = row
        value = value_of(kind, number, text)
        conditions = narrowed(self._asked, kind, value)
        url = None if conditions is None else self._address(self._said.and_(conditions))
        bucket: Record = {"value": value, "count": rows, "url": url}
        if self._walk.has_samples:
            bucket["sample"] = page.uuids.get(sample)
        if page.labels is not None:
            bucket["label"] = page.labels.get(value)
        return bucket | ({"type": kind} if kind in WITH_MEMBERS else {})


def written(position: Values) -> str:
    """Return where a page ended, as it is sent to a client."""
    return opaque(json.dumps(list(position)))


def read_position(text: str) -> Position:
    """Return where a page ended; raises `BadValue` for what `written` did not give."""
    try:
        kind, number, string = parts_of(text)
    except (ValueError, TypeError, RecursionError):
        raise _malformed() from None
    is_number = number is None or (isinstance(number, int | float) and not isinstance(number, bool))
    is_text = string is None or (isinstance(string, str) and "\0" not in string)
    if kind not in KINDS or not is_number or not is_text:
        raise _malformed()
    try:
        (string or "").encode()
        return kind, None if number is None else float(number), string
    except (UnicodeEncodeError, OverflowError):
        raise _malformed() from None


def _malformed() -> BadValue:
    return BadValue("`after` is malformed.", hint="It is that of the page before.")
