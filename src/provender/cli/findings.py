"""The findings of a check, one line each. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

import click

from provender.errors import ProvenderError
from provender.logs import printable


class Level(Enum):
    """How bad it is: a problem stops the server, or a part of it."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


COLOURS = {Level.OK: "green", Level.WARNING: "yellow", Level.PROBLEM: "red"}
WIDTH = max(len(level.value) for level in Level)
SUBJECT_WIDTH = 14


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check: its subject and its words."""

    level: Level
    subject: str
    words: str


def ok(subject: str, words: str) -> Finding:
    """Return a finding without a problem."""
    return Finding(Level.OK, subject, words)


def warning(subject: str, words: str) -> Finding:
    """Return a warning."""
    return Finding(Level.WARNING, subject, words)


def problem(subject: str, error: ProvenderError | str) -> Finding:
    """Return a problem."""
    return Finding(Level.PROBLEM, subject, error if isinstance(error, str) else told(error))


def told(error: ProvenderError) -> str:
    """Return an error on one line: what is wrong, why, and what would be right."""
    parts = (error.message, error.reason, error.hint)
    return " ".join(" ".join(part.split()) for part in parts if part)


def show(finding: Finding) -> None:
    """Write a finding on one line."""
    click.secho(finding.level.value.ljust(WIDTH), fg=COLOURS[finding.level], nl=False)
    click.echo(f"  {finding.subject:<{SUBJECT_WIDTH}}  {printable(finding.words)}")


def summary(findings: Iterable[Finding]) -> str:
    """Return how many there are of each kind."""
    levels = [finding.level for finding in findings]
    good, doubtful, bad = (levels.count(level) for level in Level)
    problems = f"{bad} problem{'' if bad == 1 else 's'}"
    warnings = f"{doubtful} warning{'' if doubtful == 1 else 's'}"
    return f"{good} ok, {warnings}, {problems}."
