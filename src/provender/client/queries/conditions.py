"""Conditions of a program as servers read them: query strings, or bodies. Floor: client.

Source: docs/reference/query-string.md and docs/reference/selections.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeGuard
from uuid import UUID

from provender.client.errors import BadQuery
from provender.client.rows.results import Record

# What chooses: the text of a query string, or a dict of conditions.
Where = str | Mapping[str, Any] | None
JOINERS = ("and", "or", "not")
# The operators, and how a query string writes them; None: in a body only.
SIGNS: Mapping[str, str | None] = {
    "eq": "=",
    "ne": "!=",
    "lt": "<",
    "lte": "<=",
    "gt": ">",
    "gte": ">=",
    "in": "=in=",
    "nin": "=notin=",
    "like": "=like=",
    "ilike": "=ilike=",
    "exists": "=exists=",
    "contains": "=contains=",
    "startswith": None,
    "all": None,
    "any": None,
    "size": None,
}
# Relations take strings and no operators.
RELATIONS = frozenset(
    {
        "group",
        "ancestor_of",
        "descendant_of",
        "input_of",
        "output_of",
        "called_by",
        "caller_of",
        "with_incoming",
        "with_outgoing",
    }
)
# Columns with dates, which are written without quotes: `2026-11-20T12:00:00+00:00`.
DATED = ("ctime", "mtime", "time")
JSON_COLUMNS = ("attributes", "extras")
ORDER = "orderby"
# Keys of an order that are written without quotes, as paths into JSON have to be.
BARE = re.compile(r"[+-]?[A-Za-z_][A-Za-z0-9_.]*\Z")
# A query longer than this is posted where it can be.
LONGEST = 6000


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison: the path of a key, the name of an operator, a value of Python."""

    path: str
    operator: str
    value: Any

    def text(self) -> str | None:
        """Return the condition of a query string, or None if it has no form there."""
        sign = SIGNS[self.operator]
        if sign is None or _is_inner(self.value):
            return None
        if self.path in DATED and isinstance(self.value, str):
            return f"{self.path}{sign}{self.value}"
        if not _is_list(self.value):
            return f"{self.path}{sign}{written(self.value)}"
        if self.operator not in {"in", "nin"}:
            return None
        if not self.value or any(_is_inner(item) or _is_list(item) for item in self.value):
            return None
        return f"{self.path}{sign}{','.join(map(written, self.value))}"


def _is_inner(value: object) -> bool:
    return value is None or (isinstance(value, Mapping) and not isinstance(value, Record))


@dataclass(frozen=True, slots=True)
class Conditions:
    """What chooses the rows of a list.

    `texts` are parts of a query string, None if there is no such form; `where` is the object of a
    body, None if it was given as text.
    """

    texts: tuple[str, ...] | None
    where: Mapping[str, Any] | None

    @property
    def is_posted(self) -> bool:
        """Whether a POST is better, or the only way."""
        return self.texts is None or (
            self.where is not None and sum(map(len, self.texts)) > LONGEST
        )

    def query(self, route: str) -> tuple[str, ...]:
        """Return the parts of a query string.

        Raises:
            BadQuery: the conditions have no form there; `route` is named.
        """
        if self.texts is None:
            raise BadQuery(
                f"`{route}` takes no `or`, `not`, `null` and operators of bodies.",
                hint="`client.nodes` and `client.meta` do.",
            )
        return self.texts

    def body(self) -> Mapping[str, Any]:
        """Return the object `where` of a body.

        Raises:
            BadQuery: they were given as the text of a query string.
        """
        if self.where is None:
            raise BadQuery(
                "This is asked by a POST, which takes conditions as a dict.",
                hint='{"label.like": "silicon%"}',
            )
        return self.where


def read(where: Where) -> Conditions:
    """Return what chooses, from the text of a query string or a dict.

    A dict has names and values, all of which hold. A name may end in an operator (`"label.like"`),
    or a value may be an object of operators (`{"$gt": 5, "$lte": 9}`); `$` may be left out.
    `"$and"`, `"$or"` and `"$not"` join and negate dicts.

    Raises:
        BadQuery: it is neither, or a value has no form.
    """
    if where is None:
        return Conditions((), {})
    if isinstance(where, str):
        return Conditions((where,) if where.strip() else (), None if where.strip() else {})
    if not isinstance(where, Mapping):
        raise BadQuery(
            "Conditions are the text of a query string or a dict.",
            hint="'attributes.exit_status=0' or {\"attributes.exit_status\": 0}",
        )
    conditions, posted = _flat(where), _posted(where)
    texts = None if conditions is None else [condition.text() for condition in conditions]
    if texts is None or None in texts:
        return Conditions(None, posted)
    return Conditions(tuple(text for text in texts if text is not None), posted)


def joined(where: Where, filters: Mapping[str, Any]) -> Conditions:
    """Return two sets of conditions, all of which hold."""
    if not filters:
        return read(where)
    first, second = read(where), read(filters)
    texts = None
    if first.texts is not None and second.texts is not None:
        texts = first.texts + second.texts
    if first.where is None:
        return Conditions(texts, None)
    parts = [part for part in (first.where, second.where) if part]
    return Conditions(texts, {"and": parts} if len(parts) > 1 else parts[0])


def _flat(where: Mapping[str, Any]) -> list[Condition] | None:
    """Return all conditions that hold together; None where an `or` or `not` is among them."""
    found: list[Condition] = []
    for name, value in where.items():
        joiner = _joiner(name, value)
        if joiner == "and":
            for inner in value:
                flat = _flat(inner)
                if flat is None:
                    return None
                found += flat
        elif joiner:
            return None
        else:
            found += _conditions(name, value)
    return found


def _posted(where: Mapping[str, Any]) -> dict[str, Any]:
    """Return the object of a body: `{name: {operator: value}}`."""
    parts: list[dict[str, Any]] = []
    for name, value in where.items():
        joiner = _joiner(name, value)
        if joiner == "not":
            parts.append({"not": _posted(value)})
        elif joiner:
            parts.append({joiner: [_posted(inner) for inner in value]})
        else:
            parts += [_part(condition) for condition in _conditions(name, value)]
    names = [name for part in parts for name in part]
    if len(names) == len(set(names)):
        return {name: value for part in parts for name, value in part.items()}
    return {"and": parts}


def _part(condition: Condition) -> dict[str, Any]:
    if condition.path in RELATIONS or condition.operator == "eq":
        return {condition.path: plain(condition.value)}
    return {condition.path: {condition.operator: plain(condition.value)}}


def _joiner(name: object, value: object) -> str:
    """Return `and`, `or` or `not` if the name is one, else an empty string."""
    if not isinstance(name, str):
        raise BadQuery("Names of conditions are strings.")
    bare = name.removeprefix("$").lower()
    if bare not in JOINERS:
        if name.startswith("$"):
            raise BadQuery(f"`{name}` joins no conditions.", hint="$and, $or and $not do.")
        return ""
    is_right = isinstance(value, Mapping) if bare == "not" else _is_list_of_dicts(value)
    if not is_right:
        what = "a dict" if bare == "not" else "a list of dicts"
        raise BadQuery(f"`{name}` takes {what}.")
    return bare


def _is_list_of_dicts(value: object) -> bool:
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        return False
    return all(isinstance(inner, Mapping) for inner in value)


def native(value: Any) -> Any:  # noqa: ANN401 - what NumPy has
    """Return what stands in tables and arrays as values of Python; all else as it is."""
    if type(value).__module__ == "numpy":
        return value.tolist()
    return [native(item) for item in value] if _is_list(value) else value


def _conditions(name: str, value: object) -> list[Condition]:
    if isinstance(value, Mapping) and value and _are_operators(value):
        return [Condition(name, _operator(str(key)), native(item)) for key, item in value.items()]
    value = native(value)
    path, operator = _dotted(name)
    if operator == "eq" and _is_list(value) and path not in RELATIONS:
        operator = "in"
    return [Condition(path, operator, value)]


def _are_operators(value: Mapping[Any, Any]) -> bool:
    return all(str(key).startswith("$") for key in value) or all(key in SIGNS for key in value)


def _operator(text: str) -> str:
    found = text.removeprefix("$").lower()
    if found not in SIGNS:
        known = " ".join(f"${name}" for name in SIGNS)
        raise BadQuery(f"There is no operator `{text}`.", hint=f"There are {known}.")
    return found


def _dotted(name: str) -> tuple[str, str]:
    """Return the path and the operator of a name; `attributes.size` is a path, nothing more."""
    path, _, last = name.rpartition(".")
    if not path or path in JSON_COLUMNS or last not in SIGNS:
        return name, "eq"
    return path, last


def _is_list(value: object) -> TypeGuard[Collection[object]]:
    return isinstance(value, list | tuple | set | frozenset)


def plain(value: object) -> Any:  # noqa: ANN401 - JSON
    """Return a value as JSON has it: datetimes and UUIDs as strings, sets as lists.

    Raises:
        BadQuery: JSON has no form for it.
    """
    if isinstance(value, Record):
        return str(value["uuid"] if "uuid" in value else value["id"])
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise BadQuery(f"A value of the type `{type(value).__name__}` cannot be compared with.")


def written(value: object) -> str:
    """Return a value as in a query string.

    Example:
        The text `bcc Fe` is written in quotes, True as `true`.
    """
    if isinstance(value, datetime):
        return value.isoformat()
    value = plain(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    return quoted(str(value))


def quoted(text: str) -> str:
    """Return a string in quotes, those inside doubled."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def option(name: str, value: object) -> str:
    """Return a key of a route with its value: `limit=3`, `orderby="-ctime","id"`."""
    value = native(value)
    if name == ORDER and isinstance(value, str):
        value = value.split(",")
    if name == ORDER and _is_list(value):
        keys = [str(key).strip() for key in value]
        return f"{name}={','.join(key if BARE.match(key) else written(key) for key in keys)}"
    if _is_inner(value) and value is not None:
        return f"{name}={json.dumps(plain(value))}"
    if _is_list(value):
        return f"{name}={','.join(map(written, value))}"
    if value is None:
        raise BadQuery(f"`{name}` takes no None.", hint="Leave it out.")
    return f"{name}={written(value)}"
