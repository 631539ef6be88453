"""The contents of a node: attributes, extras, comments, logs. Floor: translators."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import orjson

from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.plan import Plan
from provender.query.plan.views import View, whole_vocabulary
from provender.query.querydict import QueryDict
from provender.schema.entities import ENTITIES
from provender.schema.statements import Record as Values
from provender.translators.files import check_type
from provender.translators.identity import One
from provender.translators.inquiry import Inquiry
from provender.translators.records import (
    Record,
    decoded,
    http_date,
    json_object,
    member_texts,
    too_deep,
)
from provender.translators.session import Session


@dataclass(frozen=True, slots=True)
class Content:
    """A part of a node, with the node's pk."""

    pk: int
    value: Any


class JsonColumn(Inquiry[list[Values], Content]):
    """`attributes` or `extras`: the whole object, some of its keys, or all others.

    Keys are compared as a whole, not as paths. Keys that the object lacks are left out.
    """

    is_single: ClassVar[bool] = True

    def __init__(
        self,
        view: View,
        identifier: str | int,
        column: str,
        names: tuple[str, ...] | None = None,
        excluded: tuple[str, ...] | None = None,
    ) -> None:
        self._names = names
        self._excluded = excluded
        self._one = One(view, identifier, ("id", column))

    def read(self, session: Session) -> list[Values]:
        """Return the rows of the id, two at most."""
        is_whole = self._names is None and self._excluded is None
        return (session.rows if is_whole else session.parsed)(self._one.plan)

    def present(self, raw: list[Values]) -> Content:
        """Return the JSON object."""
        pk, text = self._one.only(raw)
        if self._names is None and self._excluded is None:
            return Content(pk, json_object(text))
        chosen = {key: value for key, value in decoded(text).items() if self._is_wanted(key)}
        return Content(pk, orjson.Fragment(_written(chosen, text or "")))

    def _is_wanted(self, key: str) -> bool:
        is_named = self._names is None or key in self._names
        return is_named and key not in (self._excluded or ())


def _written(chosen: dict[str, Any], text: str) -> str:
    """Return some members of a JSON object, which was decoded from `text`, as JSON.

    Numbers that are too large for a double are written as they are stored.
    """
    try:
        return json.dumps(chosen, allow_nan=False)
    except ValueError:
        texts = member_texts(text)
        return "{" + ", ".join(f"{json.dumps(key)}: {texts[key]}" for key in chosen) + "}"
    except RecursionError:
        raise too_deep() from None


@dataclass(frozen=True, slots=True)
class Owned:
    """The pk of a node, and the rows that belong to it."""

    pk: int
    rows: list[Values]


class Comments(Inquiry[Owned, Content]):
    """The comments of a node in the order of their ids."""

    def __init__(self, view: View, identifier: str | int) -> None:
        self._one = One(view, identifier, ("id",))

    def read(self, session: Session) -> Owned:
        """Return the comments with the names of their authors."""
        (pk,) = self._one.read(session)
        plan = questions.narrowed(_comments(), "comment", "dbnode_id", pk)
        return Owned(pk, session.rows(plan))

    def present(self, raw: Owned) -> Content:
        """Return a record for each comment."""
        return Content(
            raw.pk,
            [
                {
                    "created_time": http_date(ctime),
                    "modified_time": http_date(mtime),
                    "message": message,
                    "user": _full_name(first, last),
                }
                for ctime, mtime, message, first, last in raw.rows
            ],
        )


def _full_name(first: str | None, last: str | None) -> str | None:
    """Return the name of a user; None if no part of it can be shown."""
    return None if first is None and last is None else f"{first or ''} {last or ''}"


LOG_COLUMNS = ("time", "levelname", "loggername", "dbnode_id", "message")


class Report(Inquiry[Owned, Content]):
    """The log of a process of a view, without the logs of the processes that it called.

    The id may be that of any of the `nodes`; `read` raises `NoSuchEntity` for a node of another
    type.
    """

    def __init__(self, nodes: View, view: View, identifier: str | int) -> None:
        self._view = view
        self._identifier = identifier
        self._one = One(nodes, identifier, ("id", "node_type"))

    def read(self, session: Session) -> Owned:
        """Return the entries of the log."""
        pk, node_type = self._one.read(session)
        check_type(node_type, self._view, self._identifier)
        return Owned(pk, session.rows(questions.narrowed(_logs(), "log", "dbnode_id", pk)))

    def present(self, raw: Owned) -> Content:
        """Return a record for each entry."""
        records: list[Record] = [dict(zip(LOG_COLUMNS, row, strict=True)) for row in raw.rows]
        return Content(raw.pk, [item | {"time": http_date(item["time"])} for item in records])


@cache
def _comments() -> Plan:
    question = questions.from_owner("comment", ["ctime", "mtime", "content"])
    return _own(questions.with_author(question))


@cache
def _logs() -> Plan:
    return _own(questions.from_owner("log", list(LOG_COLUMNS)))


def _own(question: QueryDict) -> Plan:
    """Return the plan of a query of Provender itself, which may use every name."""
    names = {name: whole_vocabulary(entity) for name, entity in ENTITIES.items()}
    return planning.check(question, names)
