"""Why a process failed: from its state to the lines that tell it. Floor: translators.

Nothing but the state and the exit status says that a process failed: a log with a traceback may be
that of a process that went on and succeeded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.plan import Plan
from provender.query.plan.views import View, whole_vocabulary
from provender.query.querydict import Dotted, QueryDict
from provender.query.querystring.advice import Note
from provender.schema.entities import LOG as LOGS
from provender.schema.entities import NODE, Computed, FieldName
from provender.schema.processes import BROKEN, FAILED, LEVELS
from provender.schema.statements import Record as Values
from provender.schema.types import WORKFLOW
from provender.store.files.reaching import Work
from provender.store.stores import Store
from provender.translators.files import retrieved_files
from provender.translators.identity import One
from provender.translators.inquiry import Inquiry
from provender.translators.processes.called import CALLED as CHILD
from provender.translators.processes.called import CALLER, DEEPEST
from provender.translators.processes.reasons import (
    CALLED,
    EXCEPTION,
    LOG,
    MESSAGE,
    NONE,
    OUTPUT,
    REPORT,
    STATUS,
    STDERR,
    TAIL,
    Source,
    first_reason,
)
from provender.translators.processes.rows import ATTRIBUTES, state_of, text_value
from provender.translators.records import Record
from provender.translators.session import Session

TEXTS = ("exception", "process_status", "scheduler_stderr", "output_filename")
COLUMNS: tuple[FieldName | Dotted, ...] = (
    *("id", "uuid", "node_type"),
    *(Dotted("attributes", (name,)) for name in (*ATTRIBUTES, *TEXTS)),
)
EXCEPTED, KILLED = BROKEN
SHOWN = ("process_label", "process_state", "exit_status", "exit_message")
# How a stack of Python begins.
STACK = "Traceback (most recent call last)"
WARNINGS = LEVELS[LEVELS.index("WARNING") :]
# Rows of the level REPORT that stand for a reason.
LAST_REPORTS = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a process ended: its row without companions, and the texts of its attributes."""

    pk: int
    uuid: str | None
    is_workflow: bool
    row: Record
    texts: dict[str, str]
    notes: tuple[Note, ...]

    @property
    def state(self) -> str | None:
        """The state of the process."""
        found: str | None = self.row["process_state"]
        return found

    @property
    def has_exit_failure(self) -> bool:
        """Whether it was not broken off, but has an exit status that is not 0."""
        return self.state not in BROKEN and bool(self.row["exit_status"])

    @property
    def has_failed(self) -> bool:
        """Whether it failed."""
        return self.state in BROKEN or bool(self.row["exit_status"])


@dataclass(frozen=True, slots=True)
class Failure:
    """A process, the failed ones that it called below each other, and where the reason may be."""

    chain: Sequence[Outcome]
    sources: Sequence[Source] = ()


@dataclass(frozen=True, slots=True)
class Traceback:
    """Why a process failed: `lines` are empty if it did not, or if nothing tells the reason.

    `origin` is None if it did not fail. `has_read_files` says that the answer depends on files.
    """

    pk: int
    record: Record
    notes: tuple[Note, ...]
    has_read_files: bool


class FailureOf(Inquiry[Failure, Failure]):
    """Where the reason of a failure may stand; `told` reads the files among these places."""

    def __init__(self, view: View, identifier: str | int) -> None:
        self._one = One(view, identifier, COLUMNS)

    def read(self, session: Session) -> Failure:
        """Return the process, the failed ones below it, and the places in their order.

        Places of a caller follow those of what it called, unless the reason is there for sure.
        """
        chain = _chain(session, _outcome(self._one.read(session)))
        sources: list[Source] = []
        for process in reversed(chain):
            sources += _sources(session, process)
            if any(source.is_sure for source in sources):
                break
        return Failure(chain, sources)

    def present(self, raw: Failure) -> Failure:
        """Return what was read: the lines are in files, perhaps."""
        return raw


def told(failure: Failure, store: Store, work: Work) -> Traceback:
    """Return why a process failed; errors as `first_reason`.

    Shape of the record: `{"state": str, "exit_status": int, "exit_message": str, "exception": str,
    "lines": [str], "origin": {"kind": str, "source": str, "process": uuid, "log_id": int,
    "filename": str}, "called": [{"uuid": uuid, "process_label": str, ...}]}`.
    """
    own, *called = failure.chain
    reason = first_reason(failure.sources, Source(NONE, own.pk), store, work)
    source, row = reason.source, own.row
    uuids = {one.pk: one.uuid for one in failure.chain}
    origin: Record = {
        "kind": source.kind if source.pk == own.pk else CALLED,
        "source": source.kind,
        "process": uuids[source.pk],
        "log_id": source.log_id,
        "filename": source.file.path if source.file else None,
    }
    record: Record = {
        "state": row["process_state"],
        "exit_status": row["exit_status"],
        "exit_message": row["exit_message"],
        "exception": own.texts.get("exception"),
        "lines": list(reason.lines),
        "origin": origin if own.has_failed else None,
        "called": [{"uuid": one.uuid, **{name: one.row[name] for name in SHOWN}} for one in called],
    }
    has_read_files = bool(reason.notes) or any(item.file for item in failure.sources)
    return Traceback(own.pk, record, (*own.notes, *reason.notes), has_read_files)


def _outcome(values: Values) -> Outcome:
    pk, uuid, node_type = values[:3]
    stored = values[3:]
    shown = state_of(stored[: len(ATTRIBUTES)], pk, uuid)
    pairs = zip(TEXTS, map(text_value, stored[len(ATTRIBUTES) :]), strict=True)
    texts = {name: text for name, text in pairs if text is not None}
    is_workflow = (node_type or "").startswith(WORKFLOW)
    return Outcome(pk, uuid, is_workflow, shown.record, texts, shown.notes)


def _chain(session: Session, own: Outcome) -> list[Outcome]:
    """Return a process, the first failed one that it called, the first that this one called, ..."""
    chain = [own]
    while chain[-1].has_exit_failure and chain[-1].is_workflow and len(chain) <= DEEPEST:
        rows = session.rows(questions.narrowed(_failed(), CALLER, "id", chain[-1].pk))
        if not rows or rows[0][0] in [one.pk for one in chain]:
            break
        chain.append(_outcome(rows[0]))
    return chain


def _sources(session: Session, process: Outcome) -> list[Source]:
    """Return where the reason of the failure of one process may stand, in the order of trying."""
    if process.state == EXCEPTED:
        stack = _from_log(session, process, LOG, _stacks())
        return [*stack, _text(process, EXCEPTION, "exception")]
    if process.state == KILLED:
        return [_text(process, STATUS, "process_status")]
    if not process.has_exit_failure:
        return []
    warnings = _from_log(session, process, LOG, _last_rows(WARNINGS, TAIL.lines))
    if any(source.is_sure for source in warnings):
        return warnings
    reports = _from_log(session, process, REPORT, _last_rows(("REPORT",), LAST_REPORTS))
    message = Source(MESSAGE, process.pk, process.row["exit_message"] or "")
    return [*_from_files(session, process), *reports, message]


def _text(process: Outcome, kind: str, attribute: str) -> Source:
    return Source(kind, process.pk, process.texts.get(attribute, ""))


def _from_log(session: Session, process: Outcome, kind: str, plan: Plan) -> list[Source]:
    """Return the messages of the newest rows of a log, the oldest of them first, as one source."""
    rows = session.rows(questions.narrowed(plan, "log", "dbnode_id", process.pk))
    messages = [(message or "").rstrip("\n") for _, message in reversed(rows)]
    return [Source(kind, process.pk, "\n".join(messages), rows[0][0])] if rows else []


def _from_files(session: Session, process: Outcome) -> list[Source]:
    """Return the files that a job names, of those that it brought back."""
    named = {STDERR: "scheduler_stderr", OUTPUT: "output_filename"}
    paths = {kind: process.texts[name] for kind, name in named.items() if name in process.texts}
    files = retrieved_files(session, process.pk, list(paths.values())) if paths else []
    return [
        Source(kind, process.pk, file=file)
        for kind, file in zip(paths, files, strict=True)
        if file is not None
    ]


@cache
def _failed() -> Plan:
    """Return the plan of the first failed process that another called."""
    filters: dict[Any, Any] = {Computed.FAILURE: {"==": FAILED}}
    question = questions.from_called(CALLER, CHILD, COLUMNS, filters)
    question["limit"] = 1
    plan = planning.check(question, {"node": whole_vocabulary(NODE)})
    return questions.inside(plan, COLUMNS)


@cache
def _stacks() -> Plan:
    """Return the plan of the newest row with a stack of Python."""
    return _newest({"message": {"like": f"%{STACK}%"}}, 1)


@cache
def _last_rows(levels: tuple[str, ...], number: int) -> Plan:
    """Return the plan of so many newest rows of some levels."""
    return _newest({"levelname": {"in": levels}}, number)


def _newest(filters: dict[str, Any], number: int) -> Plan:
    question: QueryDict = {
        "path": [{"entity_type": "log", "tag": "log"}],
        "filters": {"log": filters},
        "project": {"log": ["id", "message"]},
        "order_by": [{"log": [{"time": "desc"}, {"id": "desc"}]}],
        "limit": number,
    }
    return planning.check(question, {"log": whole_vocabulary(LOGS)})
