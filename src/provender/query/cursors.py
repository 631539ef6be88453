"""Reading a list by cursor, at constant cost for each page. Floor: query.

A cursor is opaque and needs no memory on the server: it holds a hash of the selection, the
highest id at its start, the total, and the values that the last row is ordered by.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

from provender.errors import BadValue, ConflictingParameters
from provender.query.plan.conditions import (
    Comparison,
    Condition,
    Conjunction,
    Disjunction,
    IsNull,
    JsonComparison,
    JsonMembership,
    JsonType,
    Negation,
    Operand,
    Relation,
    Target,
)
from provender.query.plan.patterns import canonical_uuid
from provender.query.plan.plan import Ordering, Output, Plan
from provender.query.plan.where import EVERYTHING
from provender.query.querystring.parameters import FULL_TYPE, ORDER
from provender.query.querystring.request import ListRequest
from provender.schema.entities import Kind

# The cursor of the first page.
FIRST = "*"
TYPES: dict[Kind, type | tuple[type, ...]] = {
    Kind.INTEGER: int,
    Kind.TEXT: str,
    Kind.UUID: str,
    Kind.TIME: str,
    Kind.BOOLEAN: bool,
    Kind.NUMBER: (int, float),
}
# Longest value of a cursor in characters: a string inside JSON may have any length.
LONGEST_VALUE = 1000
# The lowest value of what is ordered by inside JSON, by the name of its criterion.
LOWEST: dict[str, object] = {"number": -math.inf, "string": ""}
JSON_TYPES = {
    "number": JsonType.NUMBER,
    "string": JsonType.STRING,
    "boolean": JsonType.BOOLEAN,
}
HASH_LENGTH = 16
# Ids are smaller in every store that AiiDA wrote, but SQLite keeps integers of 64 bits.
LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place of the next page: after the row with these values, in the order of the plan.

    In the first cursor `highest` is None: the first page finds the highest id. `skipped` rows
    behind that row were on earlier pages, too: those that followed it up to a row whose values
    cannot be shown, so that no cursor could name them. `since` is where a window of time began, in
    seconds (Unix time): all pages are those of the same window.
    """

    selection: str
    highest: int | None
    total: int | None
    after: tuple[object, ...]
    skipped: int = 0
    since: int | None = None

    def written(self) -> str:
        """Return the cursor as it is sent to a client."""
        values = [item.isoformat() if isinstance(item, datetime) else item for item in self.after]
        parts: list[object] = [self.selection, self.highest, self.total, values]
        if self.skipped or self.since is not None:
            parts.append(self.skipped)
        text = json.dumps(parts if self.since is None else [*parts, self.since])
        return opaque(text)


def opaque(text: str) -> str:
    """Return JSON as a cursor is sent: letters that every URL takes as they are."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def parts_of(text: str) -> Any:  # noqa: ANN401 - any JSON
    """Return the JSON of a cursor; raises `ValueError` or `RecursionError` for what is none."""
    return json.loads(base64.b64decode(text + "=" * (-len(text) % 4), "-_", validate=True))


def selection_of(request: ListRequest, scope: object) -> str:
    """Return the hash of the filters and order of a list; `scope` is what the list belongs to."""
    parameters = request.parameters
    filters = [(term.key, term.path, term.operator, term.values) for term in parameters.filters]
    view = request.view
    listed = (view.name, view.subset, *view.shown)
    chosen = (scope, listed, filters, parameters[ORDER], parameters[FULL_TYPE])
    where = () if request.where is EVERYTHING else (request.where,)
    return hashlib.sha256(repr((*chosen, *where)).encode()).hexdigest()[:HASH_LENGTH]


def read_cursor(text: str, selection: str, plan: Plan) -> Cursor:
    """Return the cursor that a client sent.

    Raises:
        BadValue: the cursor is malformed.
        ConflictingParameters: the cursor belongs to other filters or another order.
    """
    try:
        given, highest, total, values, *rest = parts_of(text)
        skipped, since = _rest(*rest)
    except (ValueError, TypeError, RecursionError):
        raise _malformed() from None
    if given != selection:
        raise ConflictingParameters(
            "The cursor belongs to other filters or to another order.",
            hint=f"Keep filters and order from page to page; cursor={FIRST} gives the first page.",
        )
    if not _is_count(highest) or not (total is None or _is_count(total)):
        raise _malformed()
    if since is not None and not _is_count(since):
        raise _malformed()
    wanted = (0, len(plan.order)) if rest else (len(plan.order),)
    if not isinstance(values, list) or len(values) not in wanted or not _is_count(skipped):
        raise _malformed()
    pairs = zip(plan.order, values, strict=False)  # no values before the first row that has all
    after = tuple(_value(order, item) for order, item in pairs)
    return Cursor(selection, highest, total, after, skipped, since)


def _rest(skipped: object = 0, since: object = None) -> tuple[Any, Any]:
    """Return the last parts of a cursor, which most cursors lack; raises `TypeError` for more."""
    return skipped, since


def can_name(order: Sequence[Ordering], values: Sequence[object]) -> bool:
    """Return whether a cursor can hold the values of a row, and they say which rows follow it.

    They do not if one is missing where none may be missing, or if it is not of its type.
    """
    try:
        for ordering, value in zip(order, values, strict=True):
            if value is None and not ordering.target.field.nullable:
                return False
            if isinstance(value, str) and len(value) > LONGEST_VALUE:
                return False
            if not isinstance(value, datetime):
                _value(ordering, value)
    except BadValue:
        return False
    return True


def _malformed() -> BadValue:
    return BadValue("The cursor is malformed.", hint=f"cursor={FIRST} gives the first page.")


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LARGEST


def _value(ordering: Ordering, value: Any) -> object:  # noqa: ANN401 - JSON
    kind = ordering.kind
    if value is None:
        return None
    if not isinstance(value, TYPES[kind]) or isinstance(value, bool) != (kind is Kind.BOOLEAN):
        raise _malformed()
    if isinstance(value, int) and not -LARGEST <= value < LARGEST:
        raise _malformed()
    return _text(kind, value) if isinstance(value, str) else value


def _text(kind: Kind, text: str) -> object:
    try:
        text.encode()
        if kind is Kind.TIME:
            return _instant(text)
    except (ValueError, OverflowError):
        raise _malformed() from None
    if "\0" in text or (kind is Kind.UUID and canonical_uuid(text) != text):
        raise _malformed()
    return text


def _instant(text: str) -> datetime:
    """Return an instant in UTC; raises `OverflowError` for one outside the years 1 to 9999."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise _malformed()
    return instant.astimezone(timezone.utc)


def page_after(plan: Plan, cursor: Cursor, size: int) -> Plan:
    """Return the plan of the rows after a cursor, one more than `size`.

    The values that rows are ordered by are added to the columns.
    """
    bound = Comparison(own_id(plan), Relation.LESS_EQUAL, Operand(cursor.highest, Kind.INTEGER))
    conditions = [*plan.condition.conditions, bound]
    if cursor.after:
        conditions.append(_after(plan.order, cursor.after))
    keys = tuple(
        Output(f"key {index}", item.target, item.cast, is_hidden=True)
        for index, item in enumerate(plan.order)
    )
    return replace(
        plan,
        condition=Conjunction(tuple(conditions)),
        outputs=(*plan.outputs, *keys),
        limit=Operand(size + 1, Kind.INTEGER),
        offset=Operand(cursor.skipped, Kind.INTEGER),
        is_deep=False,
    )


def own_id(plan: Plan) -> Target:
    """Return the id of the listed entity, which is the last criterion of every list."""
    own = (plan.sources[-1].tag, "id")
    (found,) = (
        item.target for item in plan.order if (item.target.tag, item.target.field.name) == own
    )
    return found


def _after(order: Sequence[Ordering], values: Sequence[object]) -> Condition:
    """Return the condition for the rows after the row with these values."""
    first, value = order[0], values[0]
    behind = _behind(first, value)
    if len(order) == 1:
        return behind
    tied = Conjunction((_equal(first, value), _after(order[1:], values[1:])))
    found = Disjunction((behind, tied))
    if value is None or first.target.field.nullable:
        return found
    relation = Relation.LESS_EQUAL if first.descending else Relation.GREATER_EQUAL
    return Conjunction((_compared(first, relation, value), found))  # an index serves it


def _behind(ordering: Ordering, value: object) -> Condition:
    """Return the condition for later rows: a missing value is last, or first when descending."""
    if value is None:
        return Negation(_missing(ordering)) if ordering.descending else Disjunction(())
    relation = Relation.LESS if ordering.descending else Relation.GREATER
    larger = _compared(ordering, relation, value)
    if ordering.target.field.nullable and not ordering.descending:
        return Disjunction((larger, _missing(ordering)))
    return larger


def _equal(ordering: Ordering, value: object) -> Condition:
    if value is None:
        return _missing(ordering)
    return _compared(ordering, Relation.EQUAL, value)


def _missing(ordering: Ordering) -> Condition:
    """Return the condition for rows without a value of the type that is ordered by."""
    if ordering.cast is None:
        return IsNull(ordering.target)
    if ordering.cast == "boolean":
        found = JsonMembership(ordering.target, JsonType.BOOLEAN, Operand(("false", "true")))
        return Negation(found)
    return Negation(_compared(ordering, Relation.GREATER_EQUAL, LOWEST[ordering.cast]))


def _compared(ordering: Ordering, relation: Relation, value: object) -> Condition:
    target, cast = ordering.target, ordering.cast
    if cast is None:
        return Comparison(target, relation, Operand(value, target.field.kind))
    if cast == "boolean" and relation is not Relation.EQUAL:
        # Only one value is behind the other: words of JSON compare for equality alone.
        first, other = ("false", "true") if relation is Relation.GREATER else ("true", "false")
        if value != first:
            return Disjunction(())
        relation, value = Relation.EQUAL, other
    return JsonComparison(target, JSON_TYPES[cast], relation, Operand(value, ordering.kind))
