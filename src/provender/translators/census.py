"""How much is in a store: things by kind, nodes by month, files. Floor: translators."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

from provender.errors import StoreError
from provender.query.plan import planning
from provender.query.plan.plan import Plan
from provender.query.plan.views import whole_vocabulary
from provender.query.querydict import TYPE_OF_ENTITY
from provender.schema.entities import ENTITIES, Computed
from provender.schema.statements import Record as Values
from provender.store.stores import Store
from provender.translators.inquiry import Inquiry
from provender.translators.records import Record, http_date
from provender.translators.session import Session

# The things that are counted, by the name that an answer has for them.
COUNTED = {
    "nodes": "node",
    "links": "link",
    "groups": "group",
    "comments": "comment",
    "logs": "log",
    "computers": "computer",
    "users": "user",
}
# The characters of a day `YYYY-MM-DD` that are its month.
MONTH = len("YYYY-MM")


@dataclass(frozen=True, slots=True)
class CensusRows:
    """The numbers of things, the first and last times, and the nodes of each day."""

    numbers: dict[str, int]
    times: tuple[Any, Any]
    days: list[Values]


class Census(Inquiry[CensusRows, Record]):
    """How many things a store has, and when its nodes were made; all from one snapshot."""

    is_expensive = True

    def read(self, session: Session) -> CensusRows:
        """Return the numbers, cached while the data is the same."""
        numbers = {name: session.total(_ids(entity)) for name, entity in COUNTED.items()}
        first, last = (session.cached(_time(function))[0][0] for function in ("min", "max"))
        return CensusRows(numbers, (first, last), session.counts(_days()))

    def present(self, raw: CensusRows) -> Record:
        """Return the answer without the files; days that cannot be shown are in no month."""
        months: Counter[str] = Counter()
        for day, number in raw.days:
            if day is not None:
                months[str(day)[:MONTH]] += number
        first, last = raw.times
        found: Record = {**raw.numbers, "first_ctime": http_date(first)}
        return found | {
            "last_ctime": http_date(last),
            "nodes_by_month": dict(sorted(months.items())),
        }


def files_of(store: Store) -> Record:
    """Return the number of different contents of files, and their bytes; null if not known."""
    try:
        totals = store.files().totals()
    except StoreError:
        totals = None
    if totals is None:
        return {"files": None, "bytes": None}
    return {"files": totals.number, "bytes": totals.bytes}


def origin_of(store: Store) -> Record | None:
    """Return what an archive was written as and is served as, and who wrote it; else null."""
    origin = store.origin
    if origin is None:
        return None
    return {
        "written_as": origin.version,
        "aiida_version": origin.aiida_version,
        "schema": store.revision,
    }


def _plan(entity: str, column: Any) -> Plan:  # noqa: ANN401 - a name, or one with options
    names = {name: whole_vocabulary(found) for name, found in ENTITIES.items()}
    path = [{"entity_type": TYPE_OF_ENTITY[entity], "tag": entity}]
    question: Any = {"path": path, "project": {entity: [column]}}
    return planning.check(question, names)


@cache
def _ids(entity: str) -> Plan:
    return _plan(entity, "id")


@cache
def _time(function: str) -> Plan:
    return _plan("node", {"ctime": {"func": function}})


@cache
def _days() -> Plan:
    return _plan("node", Computed.CREATION_DAY)
