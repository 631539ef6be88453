"""What schedulers told of a job, as AiiDA stored it: times and seconds. Floor: translators.

Attributes hold whatever a plugin wrote, so nothing here ever fails: what is not of a known form is
None. There are four places:

- `last_job_info`: the last poll of the job while the scheduler knew it. Its times are
  `{"date": text, "timezone": "UTC" or null}`; its seconds are those until then.
- `detailed_job_info`: what the scheduler's own command printed after the end, as `retval`, `stdout`
  and `stderr`. Only the table of slurm's `sacct --parsable` is read.
- `last_jobinfo`: both of before AiiDA 1.0, as JSON inside a string.
- `scheduler_lastchecktime`: when AiiDA last asked the scheduler.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import orjson

STAMP = re.compile(
    r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(\.\d{1,9})?\s*(Z|[+-]\d\d:?\d\d)?", re.ASCII
)
# Times of slurm: `D-HH:MM:SS`, `HH:MM:SS`, `MM:SS.mmm`.
DURATION = re.compile(
    r"(?:(?:(?P<days>\d{1,7})-)?(?P<hours>\d{1,9}):)?"
    r"(?P<minutes>\d{1,2}):(?P<seconds>\d{1,2}(?:\.\d{1,9})?)",
    re.ASCII,
)
# Characters and lines of a table that are looked at, and characters of a date or a zone.
LONGEST, MOST_LINES, SHORT = 1 << 20, 500, 64
# The largest number that every reader of JSON knows exactly.
LARGEST = 2**53
UTC = "UTC"
# What stands before the table in the text of before AiiDA 1.0.
BEFORE_TABLE = "stdout:"
JOB, BAR = "JobID", "|"


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as it is stored: `text` is all that is known if it has no zone.

    `local` is the same as a datetime without a zone, `instant` the time in UTC if that is known.
    """

    text: str
    local: datetime
    zone: str | None = None
    instant: datetime | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What one place tells of a job. `is_final` says that its numbers are of the whole job."""

    submitted: Moment | None = None
    started: Moment | None = None
    ended: Moment | None = None
    wall_seconds: float | None = None
    cpu_seconds: float | None = None
    is_final: bool = False


def parsed(text: object) -> Any:  # noqa: ANN401 - JSON
    """Return the value of a JSON text; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        return orjson.loads(text)
    except ValueError:
        return None


def polled(info: object) -> Record:
    """Return what `last_job_info` tells: an object, or one that is the text of it."""
    found = parsed(info) if isinstance(info, str) else info
    if not isinstance(found, Mapping):
        return Record()
    return Record(
        moment(found.get("submission_time")),
        moment(found.get("dispatch_time")),
        moment(found.get("finish_time")),
        seconds(found.get("wallclock_time_seconds")),
        seconds(found.get("cpu_time")),
    )


def accounted(info: object) -> Record:
    """Return what `detailed_job_info` tells, if it is that of slurm."""
    if not isinstance(info, Mapping) or info.get("retval", 0) not in (0, None):
        return Record()
    return table(info.get("stdout"))


def legacy(info: object) -> tuple[Record, Record]:
    """Return what `last_jobinfo` tells: of the last poll, and of the scheduler's own command."""
    found = parsed(info) if isinstance(info, str) else info
    if not isinstance(found, Mapping):
        return Record(), Record()
    text = found.get("detailedJobinfo")
    after = text.partition(BEFORE_TABLE)[2] if isinstance(text, str) else None
    return polled(found), table(after)


def table(text: object) -> Record:
    """Return what the first row of a table of `sacct --parsable` tells: that of the whole job.

    Rows of the steps of the job follow it.
    """
    row = _first_row(text)
    ended = moment(row.get("End"))
    return Record(
        moment(row.get("Submit")),
        moment(row.get("Start")),
        ended,
        duration(row.get("Elapsed")),
        duration(row.get("TotalCPU")),
        is_final=ended is not None,
    )


def _first_row(text: object) -> dict[str, str]:
    """Return the first row of a table by its columns; empty if there is no such table."""
    if not isinstance(text, str):
        return {}
    lines = iter(text[:LONGEST].splitlines()[:MOST_LINES])
    names = next((cells for cells in _cells(lines) if JOB in cells), None)
    cells = next(_cells(lines), None)
    if names is None or cells is None or len(cells) != len(names):
        return {}
    row = dict(zip(names, cells, strict=True))
    return row if "." not in row[JOB] else {}  # a step such as `7001.batch`


def _cells(lines: Iterator[str]) -> Iterator[list[str]]:
    """Yield the cells of each line that is a row."""
    return ([cell.strip() for cell in line.split(BAR)] for line in lines if BAR in line)


def moment(value: object) -> Moment | None:
    """Return a time: an ISO text, or one beside its zone; None for anything else."""
    text, zone = value, None
    if isinstance(value, Mapping):
        text, zone = value.get("date"), value.get("timezone")
    if not isinstance(text, str) or len(text) > SHORT:
        return None
    found = STAMP.fullmatch(text.strip())
    if found is None:
        return None
    whole, fraction, offset = found.groups()
    try:
        local = datetime.fromisoformat(whole + (fraction or ".0")[:7].ljust(7, "0"))
        if offset is not None:
            aware = datetime.fromisoformat(f"{local.isoformat()}{_offset(offset)}")
            return Moment(text, local, UTC, aware.astimezone(timezone.utc))
    except (ValueError, OverflowError):
        return None
    if zone == UTC:
        return Moment(text, local, UTC, local.replace(tzinfo=timezone.utc))
    is_named = isinstance(zone, str) and 0 < len(zone) <= SHORT and zone.isprintable()
    return Moment(text, local, zone if is_named else None)


def _offset(written: str) -> str:
    """Return the offset of a time as `+HH:MM`."""
    return "+00:00" if written == "Z" else f"{written[:3]}:{written[-2:]}"


def duration(text: object) -> float | None:
    """Return the seconds of a time of slurm; None for anything else.

    Example:
        `1-02:03:04` gives 93784, and `09:41.250` gives 581.25.
    """
    found = DURATION.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    days, hours, minutes = (int(part or 0) for part in found.groups()[:3])
    return seconds(((days * 24 + hours) * 60 + minutes) * 60 + _number(found["seconds"]))


def _number(text: str) -> float:
    return float(text) if "." in text else int(text)


def seconds(value: object) -> float | None:
    """Return a number of seconds; None for what is no number, negative or beyond all measure."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value < LARGEST:  # neither is NaN
        return None
    return int(value) if value == int(value) else round(value, 9)
