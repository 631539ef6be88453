"""The life of a process as events, from facts alone. Floor: translators.

Events are in the order of time. Those without a zone cannot be compared with the others, so they
stand behind the creation of the process, in the order in which such things happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cache

from provender.plurals import counted
from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.plan import Plan
from provender.query.plan.views import View, whole_vocabulary
from provender.query.querydict import Dotted, QueryDict
from provender.query.querystring.advice import Note
from provender.query.questions import Direction
from provender.schema.entities import NODE, FieldName
from provender.schema.processes import CALLS
from provender.schema.statements import Record as Values
from provender.settings import Limits
from provender.translators.identity import One
from provender.translators.inquiry import Inquiry
from provender.translators.processes import logs, rows, times
from provender.translators.processes.jobinfo import Moment
from provender.translators.processes.rows import state_of
from provender.translators.processes.summary import Urls
from provender.translators.processes.times import CTIME, LOG, Fact, times_of, utc_fact
from provender.translators.records import Record, http_date
from provender.translators.session import Session

OWN: tuple[FieldName | Dotted, ...] = (
    *("id", "uuid", "mtime"),
    *(Dotted("attributes", (name,)) for name in rows.ATTRIBUTES),
)
COLUMNS: tuple[FieldName | Dotted, ...] = (*OWN, *times.COLUMNS)
LABEL = Dotted("attributes", ("process_label",))
STEP: tuple[FieldName | Dotted, ...] = ("uuid", "ctime", LABEL)
OUTPUT: tuple[FieldName | Dotted, ...] = ("uuid", "ctime")
ROW: tuple[FieldName, ...] = ("id", "time", "levelname", "message")
MTIME, MORE_EVENTS = "mtime", "more-events"
END = datetime.max.replace(tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: its name, when, and what is known of it besides."""

    name: str
    fact: Fact | None
    source: str
    more: Record

    @property
    def is_local(self) -> bool:
        """Whether all that is known is a time without a zone."""
        return self.fact is not None and self.fact.instant is None

    def record(self) -> Record:
        """Return the event as an answer shows it."""
        value = None if self.fact is None else self.fact.value
        instant = value.instant if isinstance(value, Moment) else None
        text = value.text if isinstance(value, Moment) and instant is None else None
        known = {"event": self.name, "time": http_date(instant), "local_time": text}
        return {**known, "source": self.source, **self.more}


@dataclass(frozen=True, slots=True)
class History:
    """The events of a process, and notes on what is not shown."""

    pk: int
    events: list[Record]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryRows:
    """What was read of a process: its columns, rows of its log, its steps, what it created."""

    process: Values
    logged: Sequence[Values]
    called: Sequence[Values]
    created: Sequence[Values]


class HistoryOf(Inquiry[HistoryRows, History]):
    """The history of a process of a view, at most `limits.events` events."""

    def __init__(self, view: View, identifier: str | int, urls: Urls, limits: Limits) -> None:
        self._urls = urls
        self._most = limits.events
        self._one = One(view, identifier, COLUMNS)
        self._logs = logs.planned(logs.LogFilter(), ROW, logs.BY_TIME)

    def read(self, session: Session) -> HistoryRows:
        """Return the first rows of each kind, one more than there may be events."""
        process = self._one.only(session.parsed(self._one.plan))
        pk, most = process[0], self._most + 1
        log = questions.narrowed(self._logs, "log", "dbnode_id", pk).at_most(most)
        steps = questions.narrowed(_steps(), questions.START, "id", pk).at_most(most)
        outputs = questions.narrowed(_outputs(), questions.START, "id", pk).at_most(most)
        return HistoryRows(process, *map(session.rows, (log, steps, outputs)))

    def present(self, raw: HistoryRows) -> History:
        """Return the events in their order."""
        pk, uuid, _, *texts = raw.process[: len(OWN)]
        state = state_of(texts, pk, uuid)
        events = ordered([*self._own(raw.process, state.record), *self._others(raw)])
        shown = [event.record() for event in events[: self._most]]
        notes = state.notes + (() if len(shown) == len(events) else (_more(self._most),))
        return History(pk, shown, notes)

    def _own(self, process: Values, state: Record) -> Iterator[Event]:
        """Yield the events that the columns of a process tell."""
        _, uuid, mtime = process[:3]
        known = times_of(process[len(OWN) :], state["process_state"])
        yield _of_node("created", known.created, uuid, state["process_label"], self._urls.process)
        for name in ("submitted", "started", "ended"):
            fact = getattr(known, name)
            if fact is not None and not fact.at_most:
                yield Event(name, fact, fact.source, {})
        if known.last_seen is not None:
            yield Event("checked", known.last_seen, known.last_seen.source, {})
        yield Event("changed", utc_fact(mtime, MTIME), MTIME, {})

    def _others(self, raw: HistoryRows) -> Iterator[Event]:
        """Yield the rows of the log, the steps, and what was created."""
        for pk, time, level, message in raw.logged:
            more = {"log_id": pk, "level": level, "message": message}
            yield Event("log", utc_fact(time, LOG), LOG, more)
        for uuid, ctime, label, *_ in raw.called:
            fact = utc_fact(ctime, CTIME)
            yield _of_node("called", fact, uuid, rows.text_value(label), self._urls.process)
        for uuid, ctime, label, *_ in raw.created:
            yield _of_node("output", utc_fact(ctime, CTIME), uuid, label, self._urls.node)


def _of_node(
    name: str, fact: Fact | None, uuid: str | None, label: str | None, url: Callable[[str], str]
) -> Event:
    address = None if uuid is None else url(uuid)
    return Event(name, fact, CTIME, {"uuid": uuid, "label": label, "url": address})


def ordered(events: Sequence[Event]) -> list[Event]:
    """Return events in their order.

    Those at the same time stay as they are, but the last change comes last.
    """
    local = [event for event in events if event.is_local]
    timed = [event for event in events if not event.is_local]
    timed.sort(key=_when)
    behind = 1 + next(place for place, event in enumerate(timed) if event.name == "created")
    return [*timed[:behind], *local, *timed[behind:]]


def _when(event: Event) -> tuple[datetime, bool]:
    """Return when an event was; the creation is first if its time cannot be read, others last."""
    instant = None if event.fact is None else event.fact.instant
    if instant is None:
        first = datetime.min.replace(tzinfo=timezone.utc)
        return (first, False) if event.name == "created" else (END, True)
    return instant, event.name == "changed"


def _more(most: int) -> Note:
    text = (
        f"There are more events: the first {counted(most, 'events')} are shown (`limits.events`). "
        "The whole log is at `logs`."
    )
    return Note(MORE_EVENTS, text)


@cache
def _steps() -> Plan:
    return _linked(CALLS, STEP)


@cache
def _outputs() -> Plan:
    return _linked(("create",), OUTPUT)


def _linked(types: Sequence[str], columns: tuple[FieldName | Dotted, ...]) -> Plan:
    """Return the plan of the ends of links in the order of creation, without the other end."""
    question: QueryDict = {
        **questions.from_linked(Direction.OUTGOING, types, columns),
        "order_by": [{"linked": [{"ctime": "asc"}, {"id": "asc"}]}],
    }
    return planning.check(question, {"node": whole_vocabulary(NODE)})
