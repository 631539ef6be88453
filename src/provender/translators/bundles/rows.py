"""The rows of nodes, with all that a zip tells of them. Floor: translators."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.plan import Plan
from provender.query.plan.views import whole_vocabulary
from provender.query.querydict import QueryDict
from provender.query.querystring.selections.zips import ATTRIBUTES, EXTRAS, FILES, LINKS, LOGS
from provender.query.questions import START, Direction
from provender.schema.entities import ENTITIES
from provender.schema.statements import Record as Values
from provender.translators.session import Session

OWN: tuple[str, ...] = (
    *("uuid", "node_type", "process_type", "label", "description", "ctime", "mtime"),
)
COMPUTER = ("label", "hostname", "scheduler_type", "transport_type")
USER = ("first_name", "last_name", "institution")
LOG = ("time", "levelname", "loggername", "message")
# Columns that are read for a part.
OF_PART: Mapping[str, str] = {
    ATTRIBUTES: "attributes",
    EXTRAS: "extras",
    FILES: "repository_metadata",
}
SIDES = {"incoming": Direction.INCOMING, "outgoing": Direction.OUTGOING}
Node = dict[str, Any]


def read_nodes(
    session: Session, pks: Sequence[int], parts: Collection[str]
) -> Iterator[tuple[int, Node]]:
    """Yield some nodes with their ids, in the order of the ids that are given.

    Shape: columns by name, `computer` and `user` as mappings or None, `links: {"incoming",
    "outgoing"}` and `logs`.
    """
    columns = tuple(column for part, column in OF_PART.items() if part in parts)
    found = session.rows(questions.among(_nodes(columns), START, "id", pks))
    rows = {row[0]: _node(row, columns) for row in found}
    if LINKS in parts:
        sides = {
            side: _by_node(session, _links(direction), (START, "id"), pks)
            for side, direction in SIDES.items()
        }
        for pk, node in rows.items():
            node[LINKS] = {side: _ordered(some.get(pk, [])) for side, some in sides.items()}
    if LOGS in parts:
        logs = _by_node(session, _logs(), ("log", "dbnode_id"), pks)
        for pk, node in rows.items():
            node[LOGS] = _by_time(logs.get(pk, []))
    return ((pk, rows[pk]) for pk in pks if pk in rows)


def _node(row: Values, columns: tuple[str, ...]) -> Node:
    """Return the columns of a node by name, `computer` and `user` being mappings or None."""
    names = (*OWN, *columns)
    values = row[1:]
    found = dict(zip(names, values, strict=False))
    rest = values[len(names) :]
    computer = dict(zip(COMPUTER, rest, strict=False))
    user = dict(zip(USER, rest[len(COMPUTER) :], strict=True))
    return found | {"computer": _or_none(computer), "user": _or_none(user)}


def _or_none(found: dict[str, Any]) -> dict[str, Any] | None:
    return found if any(value is not None for value in found.values()) else None


def _by_node(
    session: Session, plan: Plan, place: tuple[str, str], pks: Collection[int]
) -> dict[int, list[Values]]:
    """Return the rows of each node, without its id; `place` is the column with the id."""
    found: dict[int, list[Values]] = {}
    for pk, *row in session.rows(questions.among(plan, *place, pks)):
        found.setdefault(pk, []).append(tuple(row))
    return found


def _ordered(rows: list[Values]) -> list[dict[str, Any]]:
    """Return links in the order of their labels, which is the same in every store."""
    found = [
        {"link_label": label, "link_type": kind, "uuid": uuid, "node_type": node_type}
        for uuid, node_type, label, kind in rows
    ]
    return sorted(found, key=lambda link: [value or "" for value in link.values()])


def _by_time(rows: list[Values]) -> list[dict[str, Any]]:
    """Return a log in the order of its times: an import gives rows other ids."""
    rows.sort(key=lambda row: (row[0] is None, row[0]))
    return [dict(zip(LOG, row, strict=True)) for row in rows]


@lru_cache(maxsize=8)
def _nodes(columns: tuple[str, ...]) -> Plan:
    """Return the plan of nodes, which lacks the condition on their ids."""
    return _plan(questions.with_origin(START, ("id", *OWN, *columns), COMPUTER, USER))


@lru_cache(maxsize=2)
def _links(direction: Direction) -> Plan:
    question = questions.from_every_link(direction, ("uuid", "node_type"))
    return _plan(question)


@lru_cache(maxsize=1)
def _logs() -> Plan:
    return _plan(questions.from_owner("log", ["dbnode_id", *LOG]))


def _plan(question: QueryDict) -> Plan:
    names = {name: whole_vocabulary(entity) for name, entity in ENTITIES.items()}
    return planning.check(question, names)
