"""The table of attacks on the page on reliability. Floor: bench."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.attacks.scene import Attack

PAGE = "reliability.md"
BEGIN, END = "<!-- attacks: written by make attacks -->", "<!-- end of attacks -->"
NONE = "-"
HEAD = (
    "| point | attack | server, store | | p50 / p99 alone, ms | p50 / p99 beside, ms "
    "| errors, no answer | peak memory, MB | recovery, s | what the attackers got |\n"
    "| --- | --- | --- | --- | --: | --: | --: | --: | --: | --- |"
)


def write(path: Path, kept: Mapping[str, Any], attacks: Sequence[Attack]) -> None:
    """Put the table of what is kept between the two marks of a page."""
    table = "\n".join([*_about(kept), HEAD, *_rows(kept, attacks)])
    pattern = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    text = path.read_text()
    path.write_text(pattern.sub(lambda _: f"{BEGIN}\n{table}\n\n{END}", text))


def _about(kept: Mapping[str, Any]) -> Iterator[str]:
    for column, content in kept.items():
        if column in ("before", "after"):
            words = ", ".join(f"{name} {value}" for name, value in content["about"].items())
            yield f"{column.capitalize()}: {words}.\n"


def _rows(kept: Mapping[str, Any], attacks: Sequence[Attack]) -> Iterator[str]:
    for attack in attacks:
        first = f"| {attack.point} | {attack.title} | {attack.server}, {attack.store}"
        for column in ("before", "after"):
            row = kept.get(column, {}).get("rows", {}).get(attack.name)
            if row:
                yield f"{first} | {column} | {' | '.join(_cells(row))} |"
                first = "| | |"


def _cells(row: Mapping[str, Any]) -> Iterator[str]:
    for name in ("alone", "beside"):
        yield " / ".join(f"{1000 * seconds:.1f}" for seconds in row[name])
    yield f"{row['errors']}, {row['unanswered']} of {row['requests']}"
    yield f"{row['peak_bytes'] / 1e6:.0f}"
    yield "not in 45" if row["recovery"] is None else f"{row['recovery']:.1f}"
    yield row["got"].replace("|", "\\|") or NONE
