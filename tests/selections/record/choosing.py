"""The nodes of a selection: `where` tried on each node in plain Python."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import relations
from world import COLUMNS

MISSING = object()
PARTS = re.compile(r'"((?:[^"]|"")*)"|([^.]+)')
POSITION = re.compile(r"0|-?[1-9][0-9]*")
LENGTHS = {
    10: timedelta(days=1),
    13: timedelta(hours=1),
    16: timedelta(minutes=1),
    19: timedelta(seconds=1),
}
FORMS = {10: "%Y-%m-%d", 13: "%Y-%m-%dT%H", 16: "%Y-%m-%dT%H:%M", 19: "%Y-%m-%dT%H:%M:%S"}


def choose(world, where):
    """Return the nodes of a selection by their uuids."""
    kept = {key: value for key, value in where.items() if key not in relations.NAMES}
    found = [node for _, node in sorted(world.nodes.items()) if holds(kept, node)]
    for relation in where.keys() - kept.keys():
        texts = where[relation] if isinstance(where[relation], list) else [where[relation]]
        for text in texts:
            uuids = relations.related(relation, text)
            found = [node for node in found if node.uuid in uuids]
    return found


def holds(where, node):
    """Return whether a node fulfils conditions without relations."""
    for key, value in where.items():
        if key == "and":
            is_so = all(holds(part, node) for part in value)
        elif key == "or":
            is_so = any(holds(part, node) for part in value)
        elif key == "not":
            is_so = not holds(value, node)
        else:
            tests = value if isinstance(value, dict) else {"eq": value}
            is_so = all(test(key, name, operand, node) for name, operand in tests.items())
        if not is_so:
            return False
    return True


def segments(name):
    """Return the parts of a name: `attributes."odd key".0`."""
    return [plain or quoted.replace('""', '"') for quoted, plain in PARTS.findall(name)]


def value_of(name, node):
    """Return a column, or what a path leads to; `MISSING` where there is nothing."""
    column, *path = segments(name)
    if column in COLUMNS:
        return node.columns[column]
    value = getattr(node, column)
    for key in path:
        if isinstance(value, dict):
            value = value.get(key, MISSING)
        elif isinstance(value, list) and POSITION.fullmatch(key):
            inside = -len(value) <= int(key) < len(value)
            value = value[int(key)] if inside else MISSING
        else:
            return MISSING
    return value


def test(name, operator, operand, node):
    """Return whether one condition holds."""
    value = value_of(name, node)
    is_there = value is not MISSING and value is not None
    if operator == "exists":
        return is_there is operand
    if operand is None and operator in ("eq", "ne"):
        return is_there is (operator == "ne")
    if operator in ("ne", "nin"):
        equal = {"ne": "eq", "nin": "in"}[operator]
        is_column = name in COLUMNS
        return not test(name, equal, operand, node) if is_there or not is_column else False
    if not is_there:
        return False
    if isinstance(value, datetime):
        return in_time(value, operator, operand)
    return OPERATORS[operator](value, operand, name in COLUMNS)


def in_time(value, operator, text):
    """Compare with the whole day, hour, minute or second that a text names."""
    begin = datetime.strptime(text, FORMS[len(text)]).replace(tzinfo=timezone.utc)
    end = begin + LENGTHS[len(text)]
    return {
        "eq": begin <= value < end,
        "lt": value < begin,
        "lte": value < end,
        "gt": value >= end,
        "gte": value >= begin,
    }[operator]


def kind(value):
    """Return the type that JSON has of a value."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    kinds = {str: "string", list: "array", dict: "object", type(None): "null"}
    return kinds[type(value)]


def is_equal(value, operand):
    """Compare values of JSON: their types, and what is in them."""
    if kind(value) != kind(operand):
        return False
    if isinstance(value, list):
        pairs = zip(value, operand, strict=False)
        return len(value) == len(operand) and all(is_equal(*pair) for pair in pairs)
    if isinstance(value, dict):
        same_keys = value.keys() == operand.keys()
        return same_keys and all(is_equal(value[key], operand[key]) for key in value)
    return value == operand


def ordered(compare):
    """Return a comparison of numbers, or of strings; columns of strings ignore case."""

    def compared(value, operand, is_column):
        if kind(value) != kind(operand) or kind(value) not in ("number", "string"):
            return False
        if is_column and isinstance(value, str):
            value, operand = value.lower(), operand.lower()
        return compare(value, operand)

    return compared


def is_like(value, pattern, flags=0):
    if not isinstance(value, str):
        return False
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    made = [{"%": ".*", "_": "."}.get(part) or re.escape(part[-1]) for part in parts]
    return re.fullmatch("".join(made), value, re.DOTALL | flags) is not None


def contains(value, operand, is_column):
    if is_column:
        return operand in value
    return isinstance(value, list) and any(is_equal(item, operand) for item in value)


def every(value, operand, is_column):
    return isinstance(value, list) and all(contains(value, item, is_column) for item in operand)


OPERATORS = {
    "eq": lambda value, operand, _: is_equal(value, operand),
    "in": lambda value, operand, _: any(is_equal(value, item) for item in operand),
    "lt": ordered(lambda value, operand: value < operand),
    "lte": ordered(lambda value, operand: value <= operand),
    "gt": ordered(lambda value, operand: value > operand),
    "gte": ordered(lambda value, operand: value >= operand),
    "like": lambda value, operand, _: is_like(value, operand),
    "ilike": lambda value, operand, _: is_like(value, operand, re.IGNORECASE),
    "contains": contains,
    "startswith": lambda value, operand, _: isinstance(value, str) and value.startswith(operand),
    "all": every,
    "any": lambda value, operand, _: (
        isinstance(value, list) and any(contains(value, item, False) for item in operand)
    ),
    "size": lambda value, operand, _: isinstance(value, list) and len(value) == operand,
}
