"""The rows of which an archive is made, whole and as they are stored. Floor: translators."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timezone
from functools import cache

from provender.errors import CannotExport
from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.plan import Plan
from provender.query.plan.views import whole_vocabulary
from provender.query.querydict import TYPE_OF_ENTITY, QueryDict
from provender.query.questions import EDGE, START, Direction
from provender.schema.entities import ENTITIES
from provender.schema.statements import Record as Values
from provender.schema.types import PROCESS
from provender.store.files.tree import every_file
from provender.translators.session import Session

NODE = "node"
# Where the columns of a node are that are looked into.
UUID, NODE_TYPE, ATTRIBUTES, REPOSITORY = 1, 2, 8, 10
# What a process needs to go on; AiiDA takes it out of archives.
CHECKPOINTS = "checkpoints"
# What a process has that has ended.
SEALED = "sealed"


def whole(session: Session, entity: str, pks: Collection[int]) -> Iterator[Values]:
    """Yield things of some ids: all columns, in the order of their table."""
    return stored(session.rows(questions.among(_whole(entity), entity, "id", pks)))


def every(session: Session, entity: str) -> Iterator[Values]:
    """Yield all things of a kind: all columns, in the order of their table."""
    return stored(session.rows(_whole(entity)))


def belonging(session: Session, entity: str, nodes: Collection[int]) -> Iterator[Values]:
    """Yield the comments, or the log, of some nodes: all columns, in the order of their table."""
    return stored(session.rows(questions.among(_whole(entity), entity, "dbnode_id", nodes)))


def links(session: Session, nodes: Collection[int]) -> list[Values]:
    """Return all links that lead to some nodes: input, output, type and label."""
    found = session.rows(questions.among(_linked(), START, "id", nodes))
    return [(start, stop, kind, label) for stop, start, kind, label in found]


def members(session: Session, groups: Collection[int], nodes: Collection[int]) -> list[Values]:
    """Return which of some nodes are in some groups: node and group."""
    plan = questions.among(_members(), "group", "id", groups)
    return session.rows(questions.among(plan, NODE, "id", nodes))


def for_archive(row: Values) -> Values:
    """Return a node as an archive has it: a process without what it needs to go on.

    Raises:
        CannotExport: it is a process that has not ended.
    """
    if not str(row[NODE_TYPE]).startswith(PROCESS):
        return row
    text = row[ATTRIBUTES] or ""
    try:
        attributes = json.loads(text) if f'"{SEALED}"' in text or CHECKPOINTS in text else {}
    except (ValueError, RecursionError):
        attributes = {}
    if attributes.get(SEALED) is not True:
        raise CannotExport(
            f"The process {row[UUID]} has not ended: AiiDA takes no such process into an archive.",
            hint="Choose ended processes, or wait. `provender ps` lists those that run.",
        )
    if CHECKPOINTS not in attributes:
        return row
    del attributes[CHECKPOINTS]
    return (*row[:ATTRIBUTES], json.dumps(attributes), *row[ATTRIBUTES + 1 :])


def files(row: Values) -> Iterator[tuple[str | None, str, str]]:
    """Yield the key, the uuid and the path of each file of a node; no key of a malformed one."""
    text = row[REPOSITORY]
    try:
        tree = json.loads(text) if text not in (None, "", "{}") else {}
    except (ValueError, RecursionError):
        tree = None
    if not isinstance(tree, dict):
        yield None, row[UUID], ""
        return
    for path, key in every_file(tree):
        yield key, row[UUID], path


def stored(rows: Iterable[Values]) -> Iterator[Values]:
    """Yield rows as an archive stores them: times as texts in UTC."""
    for row in rows:
        yield tuple(_time(value) if isinstance(value, datetime) else value for value in row)


def _time(value: datetime) -> str:
    return value.astimezone(timezone.utc).replace(tzinfo=None).isoformat(" ", "microseconds")


@cache
def _whole(entity: str) -> Plan:
    columns = list(ENTITIES[entity].fields)
    return _plan(
        {
            "path": [{"entity_type": TYPE_OF_ENTITY[entity], "tag": entity}],
            "project": {entity: columns},
        }
    )


@cache
def _linked() -> Plan:
    return _plan(
        {
            "path": [
                {"entity_type": "", "tag": START},
                {
                    "entity_type": "",
                    "tag": "neighbour",
                    "joining_keyword": Direction.INCOMING.value,
                    "joining_value": START,
                    "edge_tag": EDGE,
                },
            ],
            "project": {START: ["id"], "neighbour": ["id"], EDGE: ["type", "label"]},
        }
    )


@cache
def _members() -> Plan:
    return _plan(
        {
            "path": [
                {"entity_type": TYPE_OF_ENTITY["group"], "tag": "group"},
                {
                    "entity_type": "",
                    "tag": NODE,
                    "joining_keyword": "with_group",
                    "joining_value": "group",
                },
            ],
            "project": {NODE: ["id"], "group": ["id"]},
        }
    )


def _plan(question: QueryDict) -> Plan:
    names = {name: whole_vocabulary(entity) for name, entity in ENTITIES.items()}
    return planning.check(question, names)
