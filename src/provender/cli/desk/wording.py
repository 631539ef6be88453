"""How the commands of the desk write states, times and uuids. Floor: cli."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from provender.cli.desk.paper import STYLES, Cell, cell
from provender.loading.wording import duration
from provender.logs import printable

# Characters of a uuid that name a process in all but the largest stores.
SHORT = 8


def short(uuid: str | None) -> str:
    """Return the beginning of a uuid; `-` for none."""
    return "-" if uuid is None else uuid[:SHORT]


def time_text(written: str | None) -> str:
    """Return an HTTP date as `2026-11-20 11:51:24`; `-` for none."""
    return "-" if written is None else f"{parsedate_to_datetime(written):%Y-%m-%d %H:%M:%S}"


def state_cell(row: Mapping[str, Any]) -> Cell:
    """Return the state of a process, with its exit status if that is not 0: `finished [410]`."""
    state, status = row["process_state"], row["exit_status"]
    words = state or "-"
    style = STYLES.get(words, "")
    if status:
        words, style = f"{words} [{status}]", STYLES["failed"]
    if row.get("paused") and row["is_running"]:
        words, style = f"{words}, paused", STYLES["paused"]
    return cell(words, style)


def fact_text(fact: Mapping[str, Any], *, has_source: bool = True) -> str:
    """Return a time or a number of seconds with its source: `10 min 0 s (last_job_info)`."""
    value = fact["value"]
    if isinstance(value, int | float):
        text = duration(value)
    elif fact["zone"] is None:
        text = f"{value}, without zone"
    else:
        text = f"{time_text(value)} {fact['zone']}"
    bounds = {"at_least": "at least ", "at_most": "by "}
    text = "".join(words for key, words in bounds.items() if fact.get(key)) + text
    return f"{text} ({fact['source']})" if has_source else text


def safe_line(text: str) -> str:
    """Return a line as it is stored, without what moves the cursor of a terminal, but tabs."""
    return "\t".join(map(printable, text.split("\t")))


def log_text(row: Mapping[str, Any]) -> str:
    """Return a row of a log for a person: `2026-11-20 11:51:24 [4 | WARNING]: message`.

    Rows of called processes are indented.
    """
    message = (row["message"] or "").rstrip("\n")
    level, indent = row["levelname"] or "-", "  " * row["depth"]
    return f"{time_text(row['time'])} [{row['id']} | {level}]: {indent}{message}"
