"""The narrow waist: the dictionary that every question becomes. Floor: query.

Its shape is that of AiiDA's `QueryBuilder.as_dict()`. GET requests build one, posted queries
are one; one checker and one compiler follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypedDict

from provender.schema.entities import Computed, FieldName


class Dotted(NamedTuple):
    """A path into JSON: a column, and keys of objects or positions in lists."""

    column: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored field, whatever its name means in a view; no client can write this."""

    column: str


@dataclass(frozen=True, slots=True)
class Folded:
    """A comparison (`<`, `>=`, …) that ignores case; only the query string has it."""

    operator: str


# What a filter or an order names.
Name = str | Dotted | Stored | Computed
# Conditions by `Name`, and-ed; `and` and `or` hold lists of filters.
Filter = dict[Any, Any]
# A projected name, or names with `cast` and `func`.
Item = FieldName | Dotted | dict[str, dict[str, str]]


class Vertex(TypedDict, total=False):
    """One thing on the path and how it is joined to an earlier one."""

    entity_type: str
    tag: str
    joining_keyword: str
    joining_value: str
    edge_tag: str
    outerjoin: bool


class QueryDict(TypedDict, total=False):
    """A question: what is joined, which rows, which columns, in which order.

    `order_by` is a list of `{tag: [{name: {"order": "asc" | "desc", "cast": ...}}]}`, where
    a string stands for the order alone.
    """

    path: list[Vertex]
    filters: dict[str, Filter]
    project: Mapping[str, Sequence[Item]]
    order_by: list[dict[str, list[dict[Any, Any]]]]
    limit: int | None
    offset: int | None
    distinct: bool


# The `entity_type` of each entity; the empty string is any node.
ENTITY_TYPES = {
    "": "node",
    "group.core": "group",
    "computer": "computer",
    "user": "user",
    "comment": "comment",
    "log": "log",
    "authinfo": "authinfo",
    "link": "link",
}
TYPE_OF_ENTITY = {entity: text for text, entity in ENTITY_TYPES.items()}
