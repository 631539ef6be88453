"""Codes: where they are, for which plugin, and how many jobs used them. Floor: translators."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from provender.errors import NoSuchEntity
from provender.nearest import nearest
from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.patterns import is_uuid_prefix
from provender.query.plan.plan import Plan
from provender.query.plan.views import View, whole_vocabulary
from provender.query.querydict import Dotted, QueryDict
from provender.query.querystring import builder
from provender.query.querystring.desk.codes import COMPUTER
from provender.query.querystring.parameter import Parameters
from provender.query.querystring.request import ListRequest
from provender.query.questions import EDGE, Direction
from provender.schema.entities import COMPUTER as COMPUTERS
from provender.schema.entities import NODE, FieldName
from provender.schema.statements import Record as Values
from provender.schema.types import JOB
from provender.translators import paging
from provender.translators.identity import One
from provender.translators.inquiry import Inquiry
from provender.translators.lists import Listing, listed, planned
from provender.translators.paging import Window
from provender.translators.processes.rows import read_computers, text_value
from provender.translators.records import Record, presenter
from provender.translators.session import Session

# What is known of a code beside the columns of a node. Codes of AiiDA 1 have `remote_exec_path`.
ATTRIBUTES = ("input_plugin", "filepath_executable", "remote_exec_path")
ADDED: tuple[FieldName | Dotted, ...] = (
    *("description", "dbcomputer_id"),
    *(Dotted("attributes", (name,)) for name in ATTRIBUTES),
)
# Characters of the beginning of a uuid that names a computer: fewer are more likely a label.
SHORTEST_PREFIX = 8


@dataclass(frozen=True, slots=True)
class CodeRows:
    """Rows of codes, their computers by pk, and the numbers of their jobs by the pk of the code."""

    window: Window
    computers: Mapping[int, Record]
    jobs: Mapping[int, int]


def _read(session: Session, window: Window) -> CodeRows:
    """Return rows of codes with what belongs to them, in two statements."""
    rows = window.records
    pks, computers = {row[0] for row in rows}, {row[1 - len(ADDED)] for row in rows} - {None}
    jobs = session.counts(questions.among(_jobs(), questions.START, "id", pks)) if pks else []
    return CodeRows(window, read_computers(session, computers), dict(jobs))


def _completed(record: Record, values: Values, rows: CodeRows, url: Callable[[str], str]) -> Record:
    """Return the record of a code, made of that of a node."""
    description, computer, *texts = values[-len(ADDED) :]
    plugin, path, old_path = map(text_value, texts)
    uuid = record["uuid"]
    return {
        **record,
        "description": description,
        "plugin": plugin,
        "executable": path if path is not None else old_path,
        "computer": rows.computers.get(computer),
        "jobs_count": rows.jobs.get(record["id"], 0),
        "url": None if uuid is None else url(uuid),
    }


class CodeList(Inquiry[CodeRows, Listing]):
    """A list of codes, or a page of it; `url` gives the address of the code of a uuid."""

    is_expensive = True  # the jobs of all codes are counted

    def __init__(
        self, request: ListRequest, expose: tuple[str, ...], url: Callable[[str], str]
    ) -> None:
        self._request, self._url = request, url
        question, name = builder.from_list(request), request.view.name
        project = {name: [*question["project"][name], *ADDED]}
        self._plan = planned({**question, "project": project}, request.view, expose)
        self._computer = request.parameters[COMPUTER]
        self._cursor = paging.read_cursor(self._plan, request, self._computer or "")

    def read(self, session: Session) -> CodeRows:
        """Return the rows of the page, with what belongs to them.

        Raises:
            NoSuchEntity: no computer is named like that.
        """
        plan, view = self._plan, self._request.view
        if self._computer is not None:
            pks = _computers(self._computer, session)
            plan = questions.among(plan, view.name, "dbcomputer_id", pks)
        return _read(session, paging.read_window(plan, self._request, session, self._cursor))

    def present(self, raw: CodeRows) -> Listing:
        """Return the records of the page; raises `PageOutOfRange` behind the last one."""
        found = listed(raw.window, self._request)
        pairs = zip(found.records, raw.window.records, strict=True)
        found.records[:] = [_completed(*pair, raw, self._url) for pair in pairs]
        return found


class CodeOf(Inquiry[CodeRows, Listing]):
    """One code as a list of one."""

    is_expensive = True

    def __init__(self, view: View, identifier: str | int, url: Callable[[str], str]) -> None:
        self._view, self._url = view, url
        self._one = One(view, identifier, (*builder.projection(view, Parameters()), *ADDED))

    def read(self, session: Session) -> CodeRows:
        """Return the row of the code, with what belongs to it."""
        return _read(session, Window([self._one.read(session)], 1))

    def present(self, raw: CodeRows) -> Listing:
        """Return the record of the code."""
        (values,) = raw.window.records
        record = presenter(self._view, Parameters())(values)
        return Listing(1, [_completed(record, values, raw, self._url)], pk=record["id"])


def _computers(text: str, session: Session) -> Sequence[int]:
    """Return the pk of the computer with a label, or with a uuid that begins with a text."""
    known = session.rows(_every_computer())
    found = [pk for pk, _, label in known if label == text]
    if not found and len(text) >= SHORTEST_PREFIX and is_uuid_prefix(text.lower()):
        found = [pk for pk, uuid, _ in known if (uuid or "").startswith(text.lower())]
    if found:
        return found
    labels = [label for _, _, label in known if label]
    close = nearest(text, labels)
    listed = f"Labels: {', '.join(sorted(labels)[:20])}." if labels else "There are no computers."
    raise NoSuchEntity(
        f"No computer has the label or uuid `{text[:50]}`.",
        hint=f"Did you mean `{close}`?" if close else listed,
    )


@cache
def _every_computer() -> Plan:
    question: QueryDict = {
        "path": [{"entity_type": "computer", "tag": "computer"}],
        "project": {"computer": ["id", "uuid", "label"]},
        "order_by": [{"computer": [{"id": "asc"}]}],
        "limit": 10_000,
    }
    return planning.check(question, {"computer": whole_vocabulary(COMPUTERS)})


@cache
def _jobs() -> Plan:
    """Return the plan that counts the jobs of codes, which lacks the condition on their pks."""
    question: QueryDict = {
        "path": [
            {"entity_type": "", "tag": questions.START},
            {
                "entity_type": "",
                "tag": "job",
                "joining_keyword": Direction.OUTGOING.value,
                "joining_value": questions.START,
                "edge_tag": EDGE,
            },
        ],
        "filters": {"job": {"node_type": {"like": f"{JOB}%"}}},
        "project": {questions.START: ["id"]},
    }
    return planning.check(question, {"node": whole_vocabulary(NODE)})
