"""The row of a process: its state, who ran it where, and what called it. Floor: translators.

A row is made of the columns `COLUMNS` of a process and of its `Companions`, which are read for all
rows at once.

Example:
    `companions = read_companions(session, rows)`, then `row_of(values, companions, url)` for each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.plan import Plan
from provender.query.plan.views import whole_vocabulary
from provender.query.querydict import Dotted, QueryDict
from provender.query.querystring.advice import Note
from provender.schema.entities import ENTITIES, FieldName
from provender.schema.processes import RUNNING
from provender.schema.statements import Record as Values
from provender.translators.flaws import BAD_VALUE
from provender.translators.records import Record
from provender.translators.session import Session

ATTRIBUTES = ("process_label", "process_state", "exit_status", "exit_message", "paused")
# What a query projects for a row, in the order in which `row_of` takes the values.
COLUMNS: tuple[FieldName | Dotted, ...] = (
    *("id", "uuid", "user_id", "dbcomputer_id"),
    *(Dotted("attributes", (name,)) for name in ATTRIBUTES),
)
# Integers beyond this cannot be written as JSON; no exit status is so large.
LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Companions:
    """What rows show of other tables: names of users, computers, uuids of callers, all by pk.

    The caller of a process is found by the pk of the process.
    """

    users: Mapping[int, str | None] = field(default_factory=dict)
    computers: Mapping[int, Record] = field(default_factory=dict)
    parents: Mapping[int, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """The row of a process, and notes on stored values that it cannot show."""

    record: Record
    notes: tuple[Note, ...] = ()


def read_companions(session: Session, rows: Sequence[Values]) -> Companions:
    """Return what the rows of processes, of the columns `COLUMNS`, show of other tables.

    That takes three statements, however many rows there are.
    """
    processes, users, computers = ({row[place] for row in rows} - {None} for place in (0, 2, 3))
    return Companions(
        {pk: full_name(first, last) for pk, first, last in _read(session, "user", users)},
        read_computers(session, computers),
        # Nobody has two callers; if a store says otherwise, the first link counts.
        dict(reversed(_read(session, "caller", processes))),
    )


def read_computers(session: Session, pks: Collection[int]) -> dict[int, Record]:
    """Return computers by their pks, as rows show them."""
    rows = _read(session, "computer", pks)
    return {pk: {"uuid": uuid, "label": label} for pk, uuid, label in rows}


def row_of(values: Values, companions: Companions, url: Callable[[str], str]) -> ProcessRow:
    """Return the row of a process; `url` gives the address of the process of a uuid.

    Shape: `{"process_label": str, "process_state": str, "is_running": bool, "exit_status": int,
    "exit_message": str, "paused": bool, "user": {"id": int, "name": str}, "computer": {"uuid": str,
    "label": str}, "parent": uuid, "url": str}`; null where there is nothing.
    """
    pk, uuid, user, computer = values[:4]
    shown = state_of(values[4:], pk, uuid)
    record: Record = {
        **shown.record,
        "user": None if user is None else {"id": user, "name": companions.users.get(user)},
        "computer": companions.computers.get(computer),
        "parent": companions.parents.get(pk),
        "url": None if uuid is None else url(uuid),
    }
    return ProcessRow(record, shown.notes)


def state_of(texts: Sequence[str | None], pk: int, uuid: str | None) -> ProcessRow:
    """Return the part of a row that the attributes `ATTRIBUTES` decide, given as stored JSON."""
    given = dict(zip(ATTRIBUTES, texts, strict=True))
    found = {name: READERS[name](text) for name, text in given.items()}
    notes = tuple(
        _note(name, pk, uuid) for name, text in given.items() if found[name] is None and _is(text)
    )
    state = found["process_state"]
    record: Record = {
        "process_label": found["process_label"],
        "process_state": state,
        "is_running": state in RUNNING,
        "exit_status": found["exit_status"],
        "exit_message": found["exit_message"],
        "paused": found["paused"] or False,
    }
    return ProcessRow(record, notes)


def text_value(text: str | None) -> str | None:
    """Return the string that a piece of stored JSON is; None for anything else.

    Half of a surrogate pair, which no answer can hold, becomes a question mark.
    """
    if not isinstance(text, str) or not text.lstrip().startswith('"'):
        return None
    found: str = json.loads(text)
    return found.encode("utf-8", "replace").decode()


def integer_value(text: str | None) -> int | None:
    """Return the integer that a piece of stored JSON is, `410.0` being one; None otherwise."""
    if not isinstance(text, str) or text.strip().lstrip("-")[:1] not in tuple("0123456789"):
        return None
    try:
        number = float(text)
        found = int(text) if text.strip().lstrip("-").isdigit() else int(number)
    except (ValueError, OverflowError):
        return None
    return found if found == number and abs(found) < LARGEST else None


def flag_value(text: str | None) -> bool | None:
    """Return the boolean that a piece of stored JSON is; None for anything else."""
    return {"true": True, "false": False}.get(text.strip()) if isinstance(text, str) else None


READERS: Mapping[str, Callable[[str | None], Any]] = {
    "process_label": text_value,
    "process_state": text_value,
    "exit_status": integer_value,
    "exit_message": text_value,
    "paused": flag_value,
}


def _is(text: object) -> bool:
    """Return whether a piece of stored JSON holds something."""
    return text is not None and text != "null"


def _note(name: str, pk: int, uuid: str | None) -> Note:
    text = f"`{name}` of id {pk} cannot be shown: what is stored is of another type."
    return Note(BAD_VALUE, text, name, uuid)


def full_name(first: str | None, last: str | None) -> str | None:
    """Return the name of a user; None if there is none."""
    return " ".join(filter(None, (first, last))) or None


def _read(session: Session, tag: str, pks: Collection[int]) -> list[Values]:
    """Return the rows of companions of some pks."""
    if not pks:
        return []
    start = "process" if tag == "caller" else tag
    return session.rows(questions.among(_plan(tag), start, "id", pks))


@cache
def _plan(tag: str) -> Plan:
    """Return the plan of companions, which lacks the condition on pks."""
    names = {name: whole_vocabulary(entity) for name, entity in ENTITIES.items()}
    columns = {"user": ["id", "first_name", "last_name"], "computer": ["id", "uuid", "label"]}
    question: QueryDict = questions.from_callers("process", "caller")
    if tag in columns:
        question = {"path": [{"entity_type": tag, "tag": tag}], "project": {tag: columns[tag]}}
    return planning.check(question, names)
