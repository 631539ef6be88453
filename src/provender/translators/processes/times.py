"""When a process was made, ran and ended: each time with its source. Floor: translators.

AiiDA has no columns for this. What is not known is None, and nothing is guessed: the time of the
last change says nothing, since anybody may change a node long after its end, and neither does the
end of the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from provender.query.querydict import Dotted
from provender.schema.entities import FieldName
from provender.translators.processes import jobinfo
from provender.translators.processes.jobinfo import UTC, Moment
from provender.translators.processes.jobinfo import Record as Told
from provender.translators.records import Record, http_date

# What a query projects for the times of a process, in the order in which `times_of` takes it.
COLUMNS: tuple[FieldName | Dotted, ...] = (
    "ctime",
    *(
        Dotted("attributes", (name,))
        for name in (
            *("last_job_info", "detailed_job_info", "last_jobinfo"),
            *("scheduler_lastchecktime", "scheduler_state"),
        )
    ),
    Dotted("extras", ("_aiida_cached_from",)),
)
CTIME, LOG, POLL, COMMAND, OLD, CHECK, CACHED = (
    *("ctime", "log", "last_job_info", "detailed_job_info", "last_jobinfo"),
    *("scheduler_lastchecktime", "cached"),
)
DONE, FINISHED = "done", "finished"
# How far clocks may be behind UTC.
BEHIND = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Fact:
    """A time or a number of seconds, and where it is from.

    The true value may be larger (`at_least`), or earlier (`at_most`).
    """

    value: Moment | float
    source: str
    at_least: bool = False
    at_most: bool = False

    @property
    def instant(self) -> datetime | None:
        """The time in UTC; None if that is not known."""
        return self.value.instant if isinstance(self.value, Moment) else None

    def record(self) -> Record:
        """Return the fact as an answer shows it.

        Shape: `{"value": an HTTP date, or the text as it is stored, "zone": "UTC" or null,
        "source": str}` for a time, `{"value": number, "source": str}` for seconds.
        """
        value = self.value
        shown: Record = {"value": value}
        if isinstance(value, Moment):
            is_known = value.instant is not None
            shown = {"value": http_date(value.instant) if is_known else value.text}
            shown["zone"] = value.zone
        bounds = {"at_least": self.at_least, "at_most": self.at_most}
        return {**shown, "source": self.source, **{name: True for name in bounds if bounds[name]}}


@dataclass(frozen=True, slots=True)
class Times:
    """The times of a process."""

    created: Fact | None = None
    submitted: Fact | None = None
    started: Fact | None = None
    last_seen: Fact | None = None
    ended: Fact | None = None
    wall_seconds: Fact | None = None
    cpu_seconds: Fact | None = None

    def record(self) -> Record:
        """Return all times as an answer shows them."""
        return {item.name: shown(getattr(self, item.name)) for item in fields(self)}

    def seen(self, logged: datetime | None) -> Times:
        """Return the times, with the time of the last row of the log."""
        row = utc_fact(logged, LOG)
        facts = [fact for fact in (row, self.last_seen) if fact is not None]
        return replace(self, last_seen=max(facts, key=_instant, default=None))


def shown(fact: Fact | None) -> Record | None:
    """Return a fact as an answer shows it; None if there is none."""
    return None if fact is None else fact.record()


def times_of(values: Sequence[Any], process_state: str | None) -> Times:
    """Return the times of a process in a state, whose `COLUMNS` these are, without the log."""
    ctime, *texts, origin = values
    poll, command, old, check, state = map(jobinfo.parsed, texts)
    told, checked = _told(poll, command, old), jobinfo.moment(check)
    is_over = state == DONE or process_state == FINISHED
    found = Times(
        created=utc_fact(ctime, CTIME),
        submitted=_first(told, lambda record: record.submitted),
        started=_first(told, lambda record: record.started),
        last_seen=None if checked is None or checked.instant is None else Fact(checked, CHECK),
        ended=_first(told, lambda record: record.ended)
        or (_bound(checked, told) if is_over else None),
        wall_seconds=_first(told, lambda record: record.wall_seconds),
        cpu_seconds=_first(told, lambda record: record.cpu_seconds),
    )
    is_copied = isinstance(jobinfo.parsed(origin), str)
    return _cached(found) if is_copied or _is_before(found, ctime) else found


def _told(poll: object, command: object, old: object) -> list[tuple[Told, str]]:
    """Return what each place tells, with its name; the best place is the first."""
    old_poll, old_command = jobinfo.legacy(old)
    return [
        (jobinfo.accounted(command), COMMAND),
        (old_command, OLD),
        (jobinfo.polled(poll), POLL),
        (old_poll, OLD),
    ]


def _bound(checked: Moment | None, told: list[tuple[Told, str]]) -> Fact | None:
    """Return when a job that is over had ended: AiiDA then found it no longer in the queue.

    That is wrong if the scheduler itself said later that it had begun, but not ended.
    """
    is_open = any(record.started and not record.is_final for record, _ in told[:2])
    return None if checked is None or is_open else Fact(checked, CHECK, at_most=True)


def _first(
    told: list[tuple[Told, str]], choose: Callable[[Told], Moment | float | None]
) -> Fact | None:
    """Return what the first place tells that tells it.

    Numbers of a job that had not ended are too small.
    """
    for record, source in told:
        value = choose(record)
        if value is not None:
            is_open = not record.is_final and not isinstance(value, Moment)
            return Fact(value, source, at_least=is_open)
    return None


def utc_fact(instant: datetime | None, source: str) -> Fact | None:
    """Return a time of the database, which is in UTC; None if there is none."""
    if instant is None:
        return None
    aware = instant if instant.tzinfo else instant.replace(tzinfo=timezone.utc)
    return Fact(Moment(aware.isoformat(), aware.replace(tzinfo=None), UTC, aware), source)


def _instant(fact: Fact) -> datetime:
    return fact.instant or datetime.min.replace(tzinfo=timezone.utc)


def _of_job(times: Times) -> Iterator[tuple[str, Fact]]:
    """Yield what came from attributes, by name."""
    for item in fields(times):
        fact = getattr(times, item.name)
        if fact is not None and fact.source not in (CTIME, LOG):
            yield item.name, fact


def _is_before(times: Times, ctime: datetime | None) -> bool:
    """Return whether a time is before the process was made: then all of them are copies.

    A time without a zone is before it for certain only if it is so in every zone.
    """
    made = utc_fact(ctime, CTIME)
    if made is None:
        return False
    before = _instant(made)
    for _, fact in _of_job(times):
        if isinstance(fact.value, Moment):
            latest = fact.value.local.replace(tzinfo=timezone.utc)
            instant = fact.instant or _later(latest, BEHIND)
            if instant < before:
                return True
    return False


def _later(instant: datetime, by: timedelta) -> datetime:
    try:
        return instant + by
    except OverflowError:
        return datetime.max.replace(tzinfo=timezone.utc)


def _cached(times: Times) -> Times:
    """Return the times of a process whose attributes are those of another one."""
    return replace(times, **{name: replace(fact, source=CACHED) for name, fact in _of_job(times)})
