"""Reading the pages of the documentation: their tables, their commands, what these print."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\.\.\.|[\[\]{}:,]|[^\s\[\]{}:,"]+')
SERVED_AT = "http://127.0.0.1:5000"
"""Where the pages say that the demo store is served."""


@dataclass(frozen=True)
class Shown:
    """A command of a page, and the lines that it prints there."""

    command: str
    lines: tuple[str, ...]


def read(name):
    """Return a page, named from the root of the project."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(page, language):
    """Return the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)


def section(page, heading):
    """Return what stands below a heading, up to the next one of its level or a higher one."""
    found = re.search(rf"^(#+) {re.escape(heading)}\n", page, re.MULTILINE)
    assert found, heading
    rest = page[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def table(page, heading):
    """Return the cells of each row of the first table below a heading, without its head."""
    rows = section(page, heading).splitlines()
    while rows and not rows[0].startswith("|"):
        rows.pop(0)
    body = list(takewhile(lambda row: row.startswith("|"), rows[2:]))
    assert body, heading
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in body]


def commands(block):
    """Return the commands of a console block, each with the lines below it.

    A command goes on while a quote of it is open.
    """
    found: list[Shown] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append(Shown(line.removeprefix("$ "), ()))
        elif is_open(found[-1].command):
            found[-1] = Shown(f"{found[-1].command}\n{line}", ())
        else:
            found[-1] = Shown(found[-1].command, (*found[-1].lines, line))
    return found


def is_open(command):
    """Return whether a command goes on in the next line: a quote or a backslash is open."""
    try:
        shlex.split(command)
    except ValueError:
        return True
    return False


def is_told(shown, printed):
    """Return whether JSON is that printed, however it is laid out, `...` standing for anything."""
    pattern = "".join(
        r"(?:.*\n)*?" if token == "..." else re.escape(token) + r"\n"  # noqa: S105 - JSON
        for token in TOKEN.findall("\n".join(shown))
    )
    text = "".join(f"{token}\n" for token in TOKEN.findall("\n".join(printed)))
    return re.fullmatch(pattern, text) is not None


def is_shown(shown, printed):
    """Return whether lines are those printed, `...` alone standing for any number of lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line.rstrip()) + r"\n"
        for line in shown
    )
    text = "".join(line.rstrip() + "\n" for line in printed)
    return re.fullmatch(pattern, text) is not None
