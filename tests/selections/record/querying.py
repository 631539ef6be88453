"""`where` as filters of AiiDA's QueryBuilder, as far as they can say it."""

from __future__ import annotations

import relations
from aiida import orm  # noqa: TID251 - this runs in AiiDA's environment
from world import COLUMNS

SAME = {"eq": "==", "lt": "<", "lte": "<=", "gt": ">", "gte": ">=", "in": "in"}
SAME |= {"like": "like", "ilike": "ilike", "size": "of_length", "all": "contains"}
NEGATIVE = {"ne": "!==", "nin": "!in"}
TIMES = ("ctime", "mtime")


class Unsaid(Exception):
    """The QueryBuilder has no filter that means the same."""


def queried(where):
    """Return the uuids that the QueryBuilder finds, None where it cannot be asked."""
    kept = {key: value for key, value in where.items() if key not in relations.NAMES}
    if kept != where:
        return None
    try:
        filters = {"and": parts(where)} if where else {}
    except Unsaid:
        return None
    return set(orm.QueryBuilder().append(orm.Node, filters=filters, project="uuid").all(flat=True))


def parts(where):
    found = []
    for key, value in where.items():
        if key in ("and", "or"):
            found.append({key: [{"and": parts(part)} for part in value]})
        elif key == "not":
            found.append({"!and": parts(value)})
        else:
            tests = value if isinstance(value, dict) else {"eq": value}
            found += [part(key, name, operand) for name, operand in tests.items()]
    return found


def part(key, operator, operand):
    is_column = key in COLUMNS
    is_order = operator in ("lt", "lte", "gt", "gte")
    if '"' in key or key in TIMES or operand is None or (is_column and is_order):
        raise Unsaid
    if operator == "startswith":
        return {key: {"like": f"{operand}%"}}
    if operator == "contains":
        return {key: {"like": f"%{operand}%"} if is_column else {"contains": [operand]}}
    if operator == "any":
        return {"or": [{key: {"contains": [item]}} for item in operand]}
    if operator == "in" and len({*map(type, operand)}) > 1:
        raise Unsaid
    if operator in SAME:
        return {key: {SAME[operator]: operand}}
    if operator in NEGATIVE and is_column and key == "label":
        return {key: {NEGATIVE[operator]: operand}}
    raise Unsaid
