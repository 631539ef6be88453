"""What a run found, as it is written to JSON and read again. Floor: bench."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench.question import REPEATED

KEPT = 100
"""More than so many times are saved as their percentiles."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What one server took for one question: seconds of requests, processor seconds of all.

    `seconds` has one entry for each of the `requests`, or the percentiles from 0 to 100 if there
    were more than a hundred. `failure` says why there are none. `rows` is the number of rows of an
    answer. `column` says whether paths were repeated or distinct.
    """

    question: str
    server: str
    seconds: list[float]
    cpu: float
    rows: int
    failure: str = ""
    column: str = REPEATED
    requests: int = 0

    @property
    def median(self) -> float:
        """The median latency in seconds; 0 without requests."""
        return median(self.seconds) if self.seconds else 0.0

    @property
    def p99(self) -> float:
        """The latency in seconds that one request in a hundred exceeds."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] if ordered else 0.0

    @property
    def count(self) -> int:
        """The number of requests."""
        return self.requests or len(self.seconds)

    @property
    def cpu_each(self) -> float:
        """Processor seconds for each request."""
        return self.cpu / self.count if self.count else 0.0


@dataclass(frozen=True, slots=True)
class Throughput:
    """Requests per second that some clients at once got, and processor seconds for each."""

    question: str
    server: str
    clients: int
    per_second: float
    cpu_each: float
    column: str = REPEATED


@dataclass(frozen=True, slots=True)
class Footprint:
    """Seconds to the first answer, and resident bytes of the largest process.

    `bytes_first` is after the first answer, `bytes_last` after the run, `bytes_stream` what was
    added by streaming a large file at the end.
    """

    server: str
    start_seconds: list[float]
    bytes_first: int
    bytes_last: int
    bytes_stream: int | None


@dataclass(slots=True)
class Results:
    """All that was measured on one store in one run, of one part of the questions.

    `differing` names what had another number of rows than the first server's answer.
    """

    store: str
    label: str
    nodes: int
    links: int
    about: dict[str, str]
    timings: list[Timing] = field(default_factory=list)
    throughputs: list[Throughput] = field(default_factory=list)
    footprints: list[Footprint] = field(default_factory=list)
    disturbed: list[Timing] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    part: str = ""

    @property
    def name(self) -> str:
        """The name of its file."""
        return "-".join(filter(None, (self.store, self.label, self.part)))

    def find(self, question: str, server: str, column: str = REPEATED) -> Timing | None:
        """Return what one server took for one question, if it was asked and answered."""
        wanted = (question, server, column)
        for item in self.timings:
            if (item.question, item.server, item.column) == wanted and item.seconds:
                return item
        return None


@dataclass(slots=True)
class Growth:
    """What our server took on stores of several sizes; `Timing.server` holds the size."""

    about: dict[str, str]
    labels: list[str]
    timings: list[Timing] = field(default_factory=list)

    def medians(self, question: str, column: str) -> dict[str, float]:
        """Return the median latency in seconds by size."""
        asked = (item for item in self.timings if item.question == question and item.seconds)
        return {item.server: item.median for item in asked if item.column == column}


KINDS = {
    "timings": Timing,
    "throughputs": Throughput,
    "footprints": Footprint,
    "disturbed": Timing,
}


def save(found: Results | Growth, path: Path) -> None:
    """Write what was found to a file; seconds are rounded to microseconds, many are thinned out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    values = asdict(found)
    for item in (*values["timings"], *values.get("disturbed", ())):
        item["seconds"] = _percentiles(item["seconds"])
    text = json.dumps(_rounded(values))
    path.write_text(text.replace('{"question"', '\n{"question"') + "\n")


def read_results(path: Path) -> Results:
    """Return saved results."""
    return Results(**_read(path))


def read_growth(path: Path) -> Growth:
    """Return saved growth."""
    return Growth(**_read(path))


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return {
        name: [KINDS[name](**item) for item in value] if name in KINDS else value
        for name, value in found.items()
    }


def _percentiles(seconds: list[float]) -> list[float]:
    """Return the percentiles from 0 to 100 of many times, few as they are."""
    if len(seconds) <= KEPT:
        return seconds
    ordered = sorted(seconds)
    return [ordered[(len(ordered) - 1) * percent // KEPT] for percent in range(KEPT + 1)]


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value
