"""All about one process on one screen: its row, its links, its times. Floor: translators."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from provender.plurals import counted
from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.plan import Plan
from provender.query.plan.views import View, whole_vocabulary
from provender.query.querydict import Dotted, QueryDict
from provender.query.querystring.advice import Note
from provender.query.questions import Direction
from provender.schema.entities import LOG, NODE, FieldName
from provender.schema.processes import INPUTS, OUTPUTS
from provender.schema.statements import Record as Values
from provender.settings import Limits
from provender.translators.identity import One
from provender.translators.inquiry import Inquiry
from provender.translators.links import MOST_UNASKED
from provender.translators.processes import rows, times
from provender.translators.processes.called import Called
from provender.translators.processes.rows import Companions, read_companions, row_of
from provender.translators.processes.times import times_of
from provender.translators.records import Record, http_date
from provender.translators.session import Session

OWN: tuple[FieldName, ...] = ("label", "description", "node_type", "process_type", "mtime")
ROW, TIMES = len(rows.COLUMNS), len(times.COLUMNS)
COLUMNS: tuple[FieldName | Dotted, ...] = (*rows.COLUMNS, *times.COLUMNS, *OWN)
LINKED: tuple[FieldName, ...] = ("uuid", "node_type")
MORE_LINKS = "more-links"
Url = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Urls:
    """The functions that give the addresses of the process and of the node of a uuid."""

    process: Url
    node: Url


@dataclass(frozen=True, slots=True)
class Summary:
    """All about a process as an answer shows it, and notes on what it cannot show."""

    pk: int
    record: Record
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """What a process called, on all levels, and the rows of that by pk."""

    called: Sequence[Called]
    note: Note | None
    rows: Mapping[int, Values]


@dataclass(frozen=True, slots=True)
class SummaryRows:
    """What was read of a process."""

    process: Values
    inputs: Sequence[Values]
    outputs: Sequence[Values]
    logged: Sequence[Values]
    tree: Tree | None = None
    companions: Companions = field(default_factory=Companions)


class SummaryOf(Inquiry[SummaryRows, Summary]):
    """The summary of a process of a view.

    That takes a statement each for the process, its inputs, its outputs, the end of its log, and
    three for what its row shows of other tables.
    """

    def __init__(self, view: View, identifier: str | int, urls: Urls, limits: Limits) -> None:
        self.urls = urls
        self.limits = limits
        self._one = One(view, identifier, COLUMNS)

    def read(self, session: Session) -> SummaryRows:
        """Return the rows of the process and of what is around it."""
        process = self._one.only(session.parsed(self._one.plan))
        pk = process[0]
        tree = self._tree(session, process)
        called = () if tree is None else tuple(tree.rows.values())
        return SummaryRows(
            process,
            session.rows(_links(pk, Direction.INCOMING, INPUTS)),
            session.rows(_links(pk, Direction.OUTGOING, OUTPUTS)),
            session.rows(questions.narrowed(_last_log(), "log", "dbnode_id", pk)),
            tree,
            read_companions(session, [process[:ROW], *(row[:ROW] for row in called)]),
        )

    def _tree(self, session: Session, process: Values) -> Tree | None:
        """Return what the process called, if that is asked for."""
        del session, process
        return None

    def present(self, raw: SummaryRows) -> Summary:
        """Return the record of the process."""
        values = raw.process
        row = row_of(values[:ROW], raw.companions, self.urls.process)
        label, description, node_type, process_type, mtime = values[ROW + TIMES :]
        inputs, outputs = (self._linked(found) for found in (raw.inputs, raw.outputs))
        known = times_of(values[ROW : ROW + TIMES], row.record["process_state"])
        record: Record = {
            "uuid": values[1],
            "label": label,
            "description": description,
            "node_type": node_type,
            "process_type": process_type,
            "ctime": http_date(values[ROW]),
            "mtime": http_date(mtime),
            **row.record,
            "inputs": inputs,
            "outputs": outputs,
            "times": known.seen(*(time for (time,) in raw.logged)).record(),
        }
        cut = [
            note
            for name, side in (("inputs", raw.inputs), ("outputs", raw.outputs))
            if (note := _more(name, side)) is not None
        ]
        return Summary(values[0], record, (*row.notes, *cut))

    def _linked(self, found: Sequence[Values]) -> list[Record]:
        """Return the ends of links by label."""
        return [
            {
                "label": label,
                "link_type": link_type,
                "uuid": uuid,
                "node_type": node_type,
                "url": None if uuid is None else self.urls.node(uuid),
            }
            for uuid, node_type, label, link_type in found[:MOST_UNASKED]
        ]


def _more(name: str, found: Collection[Values]) -> Note | None:
    """Return the note that a process has more links than are shown."""
    if len(found) <= MOST_UNASKED:
        return None
    shown_links = counted(MOST_UNASKED, name)
    text = f"There are more than the {shown_links} that are shown. Lists of links have pages."
    return Note(MORE_LINKS, text, name)


def _links(pk: int, direction: Direction, types: tuple[str, ...]) -> Plan:
    """Return the plan of the ends of links of a process."""
    plan = questions.narrowed(_linked(direction, types), questions.START, "id", pk)
    return plan.at_most(MOST_UNASKED + 1)


@cache
def _linked(direction: Direction, types: tuple[str, ...]) -> Plan:
    question = questions.from_linked(direction, types, LINKED)
    return planning.check(question, {"node": whole_vocabulary(NODE)})


@cache
def _last_log() -> Plan:
    question: QueryDict = {
        "path": [{"entity_type": "log", "tag": "log"}],
        "project": {"log": [{"time": {"func": "max"}}]},
    }
    return planning.check(question, {"log": whole_vocabulary(LOG)})
