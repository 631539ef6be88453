"""The narrow waist: the dictionary that every question becomes. Floor: query.

Its shape is that of AiiDA's `QueryBuilder.as_dict()`. GET requests build one, posted queries
are one; one checker and one compiler follow.
"""

from __future__ import annotations

from typing import Any, TypedDict

Filter = dict[str, Any]
"""Conditions by column, and-ed; `and` and `or` hold lists of filters."""


class Vertex(TypedDict, total=False):
    """One thing on the path and how it is joined to an earlier one."""

    entity_type: str
    tag: str
    joining_keyword: str
    joining_value: str
    edge_tag: str


class QueryDict(TypedDict, total=False):
    """A question: what is joined, which rows, which columns, in which order."""

    path: list[Vertex]
    filters: dict[str, Filter]
    project: dict[str, list[str]]
    order_by: list[dict[str, list[dict[str, str]]]]
    limit: int
    offset: int


ENTITY_TYPES = {
    "": "node",
    "group.core": "group",
    "computer": "computer",
    "user": "user",
    "comment": "comment",
    "log": "log",
}
"""What `entity_type` stands for which entity; the empty text is any node."""
TYPE_OF_ENTITY = {entity: text for text, entity in ENTITY_TYPES.items()}
