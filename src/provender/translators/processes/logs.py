"""The log of a process, with or without that of what it called. Floor: translators.

Rows are in the order of time, as AiiDA's own report has them: the ids of an imported log follow no
order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from provender.caching import cached
from provender.plurals import counted
from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.patterns import escape
from provender.query.plan.plan import Plan
from provender.query.plan.views import View, whole_vocabulary
from provender.query.querydict import Filter, QueryDict
from provender.query.querystring.advice import Note
from provender.schema.entities import LOG, Computed, FieldName
from provender.schema.processes import LEVELS
from provender.schema.statements import Record as Values
from provender.settings import Limits
from provender.translators.identity import One
from provender.translators.inquiry import Inquiry
from provender.translators.processes.called import Called, read_called
from provender.translators.records import Record, http_date
from provender.translators.session import Session

COLUMNS: tuple[FieldName, ...] = ("id", "dbnode_id", "time", "levelname", "loggername", "message")
NUMBERS: tuple[FieldName, ...] = ("levelname", Computed.MESSAGE_LINES)
MORE_ROWS = "more-rows"
# Whose a row is if its column cannot be read.
NOBODY = Called(0, None, 0)
Order = tuple[tuple[str, str], ...]
BY_TIME: Order = (("time", "asc"), ("id", "asc"))
NEWEST: Order = (("id", "desc"),)


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which rows of a log count.

    `levels` are names of levels, `logger` is the name of a logger or of one above it, `since` an id
    that those of all rows are larger than.
    """

    levels: tuple[str, ...] | None = None
    logger: str | None = None
    since: int | None = None


@dataclass(frozen=True, slots=True)
class LogRequest:
    """Rows of a log: those from `start` to before `stop` of all that pass a filter.

    The bounds are those of a slice in Python. A recursive request is also about the logs of all
    called processes.
    """

    start: int | None = None
    stop: int | None = None
    filter: LogFilter = LogFilter()
    is_recursive: bool = False


@dataclass(frozen=True, slots=True)
class LogRow:
    """A row of a log; `process` is the uuid of the process that it is of."""

    id: int
    time: datetime | None
    level: str | None
    logger: str | None
    message: str | None
    process: str | None
    depth: int

    def record(self) -> Record:
        """Return the row for JSON."""
        return {
            "id": self.id,
            "time": http_date(self.time),
            "levelname": self.level,
            "loggername": self.logger,
            "message": self.message,
            "process": self.process,
            "depth": self.depth,
        }

    def text(self) -> str:
        """Return the row for a person: `2026-11-20 11:51:24 [4 | WARNING]: message`.

        Rows of called processes are indented.
        """
        time = "-" if self.time is None else f"{self.time:%Y-%m-%d %H:%M:%S}"
        message = (self.message or "").rstrip("\n")
        return f"{time} [{self.id} | {self.level or '-'}]: {'  ' * self.depth}{message}"


@dataclass(frozen=True, slots=True)
class ProcessLog:
    """Rows of the log of a process; `total` is the number of those that pass the filters."""

    pk: int
    rows: list[LogRow]
    total: int
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class LogRows:
    """What was read of a log: the processes that it is of, and the rows from `first` on."""

    processes: Sequence[Called]
    note: Note | None
    total: int
    first: int = 0
    length: int = 0
    values: Sequence[Values] = ()


class LogsOf(Inquiry[LogRows, ProcessLog]):
    """Rows of the log of a process, at most `limits.log_rows`."""

    def __init__(
        self, view: View, identifier: str | int, request: LogRequest, limits: Limits
    ) -> None:
        self._request = request
        self._limits = limits
        self._one = One(view, identifier, ("id", "uuid"))
        self._plan = planned(request.filter, COLUMNS, BY_TIME)

    def read(self, session: Session) -> LogRows:
        """Return the rows, after their number: bounds may count from the end."""
        processes, note = read_processes(session, self._one, self._request, self._limits)
        plan = of_processes(self._plan, processes)
        total = session.total(plan)
        start, stop, _ = slice(self._request.start, self._request.stop).indices(total)
        length = max(0, stop - start)
        shown = min(length, self._limits.log_rows)
        values = session.rows(plan.window(start, shown)) if shown else []
        return LogRows(processes, note, total, start, length, values)

    def present(self, raw: LogRows) -> ProcessLog:
        """Return the rows."""
        processes = {one.pk: one for one in raw.processes}
        rows = [_row(values, processes) for values in raw.values]
        notes = [] if raw.note is None else [raw.note]
        if raw.length > len(rows):
            notes.append(_more(raw, len(rows)))
        return ProcessLog(raw.processes[0].pk, rows, raw.total, tuple(notes))


@dataclass(frozen=True, slots=True)
class LogSize:
    """How large a log is: lines and rows, rows by level, and the row with the largest id."""

    pk: int
    lines: int
    rows: int
    by_level: Mapping[str, int]
    last: Record | None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class LogNumbers:
    """What was read of the size of a log: rows by level and number of lines, and the last row."""

    pk: int
    note: Note | None
    counts: Sequence[Values]
    last: Sequence[Values]


class LogSizeOf(Inquiry[LogNumbers, LogSize]):
    """The size of the log of a process, of the rows that pass the filters of a request."""

    def __init__(
        self, view: View, identifier: str | int, request: LogRequest, limits: Limits
    ) -> None:
        self._request = request
        self._limits = limits
        self._one = One(view, identifier, ("id", "uuid"))
        self._counted = planned(request.filter, NUMBERS, ())
        self._newest = planned(request.filter, ("id", "time"), NEWEST).window(0, 1)

    def read(self, session: Session) -> LogNumbers:
        """Return the numbers; no message leaves the database."""
        processes, note = read_processes(session, self._one, self._request, self._limits)
        counts = session.counts(of_processes(self._counted, processes))
        last = session.rows(of_processes(self._newest, processes)) if counts else []
        return LogNumbers(processes[0].pk, note, counts, last)

    def present(self, raw: LogNumbers) -> LogSize:
        """Return the sums."""
        by_level: dict[str, int] = {}
        for level, _, number in raw.counts:
            if level is not None:
                by_level[level] = by_level.get(level, 0) + number
        lines = sum((lines or 0) * number for _, lines, number in raw.counts)
        rows = sum(number for _, _, number in raw.counts)
        last = [{"id": pk, "time": http_date(time)} for pk, time in raw.last]
        ordered = dict(sorted(by_level.items(), key=_rank))
        notes = () if raw.note is None else (raw.note,)
        return LogSize(raw.pk, lines, rows, ordered, last[0] if last else None, notes)


def _rank(counted_level: tuple[str, int]) -> tuple[int, str]:
    """Return the place of a level: from the lowest to the highest, and unknown ones last."""
    level, _ = counted_level
    return LEVELS.index(level) if level in LEVELS else len(LEVELS), level


def read_processes(
    session: Session, one: One, request: LogRequest, limits: Limits
) -> tuple[Sequence[Called], Note | None]:
    """Return the processes whose rows a request is about, the one of the path first."""
    pk, uuid = one.read(session)
    start = Called(pk, uuid, 0)
    return read_called(session, start, limits.called) if request.is_recursive else ([start], None)


def of_processes(plan: Plan, processes: Sequence[Called]) -> Plan:
    """Return a plan of log rows with the condition on their processes."""
    if len(processes) == 1:
        return questions.narrowed(plan, "log", "dbnode_id", processes[0].pk)
    return questions.among(plan, "log", "dbnode_id", [one.pk for one in processes])


def _is_of_client(chosen: LogFilter, columns: tuple[FieldName, ...], order: Order) -> bool:
    """Return whether a client made up what a filter compares with."""
    return chosen.logger is not None or chosen.since is not None


@cached(64, unless=_is_of_client)
def planned(chosen: LogFilter, columns: tuple[FieldName, ...], order: Order) -> Plan:
    """Return the plan of the rows that pass a filter, which lacks the condition on processes."""
    question: QueryDict = {
        "path": [{"entity_type": "log", "tag": "log"}],
        "filters": {"log": _conditions(chosen)},
        "project": {"log": columns},
        "order_by": [{"log": [dict(order)]}],
    }
    return planning.check(question, {"log": whole_vocabulary(LOG)})


def _conditions(chosen: LogFilter) -> Filter:
    found: Filter = {}
    if chosen.levels is not None:
        found["levelname"] = {"in": chosen.levels}
    if chosen.logger is not None:
        below = {"like": f"{escape(chosen.logger)}.%"}
        found["loggername"] = {"or": [{"==": chosen.logger}, below]}
    if chosen.since is not None:
        found["id"] = {">": chosen.since}
    return found


def _row(values: Values, processes: Mapping[int, Called]) -> LogRow:
    pk, owner, time, level, logger, message = values
    of = processes.get(owner, NOBODY)
    return LogRow(pk, time, level, logger, message, of.uuid, of.depth)


def _more(raw: LogRows, shown: int) -> Note:
    return Note(
        MORE_ROWS,
        f"The slice has {counted(raw.length, 'rows')}, of which the first {shown:,} are shown "
        f"(`limits.log_rows`). The others follow from start={raw.first + shown}.",
        "stop",
    )
