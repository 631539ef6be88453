"""What a normal user sees of an attack, and how that is kept. Floor: bench."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.attacks.user import Seen

IN_A_ROW = 10
"""So many good and quick answers in a row are a server that has recovered."""
QUICK = 0.1
"""Seconds within which an answer is quick, where five times the p99 alone are fewer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attack: times are in seconds.

    `errors` and `unanswered` are those of the user's `requests` beside the attack. `recovery` is
    the time from the end of the attack until answers are good and quick again, None for never in
    the time of the run. `got` is what the attackers got.
    """

    alone: tuple[float, float]
    beside: tuple[float, float]
    requests: int
    errors: int
    unanswered: int
    peak_bytes: int
    recovery: float | None
    got: str


def percentiles(seen: Sequence[Seen]) -> tuple[float, float]:
    """Return the median and the 99th percentile of times."""
    ordered = sorted(one.seconds for one in seen)
    if not ordered:
        return 0.0, 0.0
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


def recovered_at(seen: Sequence[Seen], since: float, quick: float) -> float | None:
    """Return when the first of some good and quick answers in a row was asked for."""
    after = [one for one in seen if one.begun >= since]
    count = 0
    for place, one in enumerate(after):
        count = count + 1 if one.is_good and one.seconds <= quick else 0
        if count == IN_A_ROW:
            return after[place - IN_A_ROW + 1].begun
    return None


def read(path: Path) -> dict[str, Any]:
    """Return what was kept of earlier runs: `before` and `after`, each `about` and `rows`."""
    content: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return content


def keep(path: Path, column: str, about: Mapping[str, str], rows: Mapping[str, Outcome]) -> None:
    """Write outcomes into a column; those of other attacks stay."""
    content = read(path)
    kept = content.setdefault(column, {"about": {}, "rows": {}})
    kept["about"] = dict(about)
    kept["rows"] |= {name: _shortened(item) for name, item in rows.items()}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def _shortened(item: Outcome) -> dict[str, Any]:
    found = asdict(item)
    found["alone"] = [round(value, 5) for value in item.alone]
    found["beside"] = [round(value, 5) for value in item.beside]
    found["recovery"] = None if item.recovery is None else round(item.recovery, 3)
    return found
