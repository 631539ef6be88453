"""Provender's answers, compared whole with those of AiiDA's own application."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from urllib.parse import unquote

from peer.expected import ALLOWED, MISSING, Allowed

HEADERS = ("content-type", "content-disposition", "x-total-count", "access-control-allow-origin")


@dataclass(frozen=True)
class Difference:
    """One place where two answers differ: `status`, a header, or a JSON pointer into the body."""

    test: str
    request: str
    place: str
    ours: object
    theirs: object


class Comparison:
    """Collects the answers of a run; `test` is the name of the test that asks."""

    def __init__(self, storage: str):
        self.storage = storage
        self.test = ""
        self.equal = 0
        self.allowed = 0
        self.unexpected: list[Difference] = []
        self.used: Counter[Allowed] = Counter()

    def add(self, request: str, ours, theirs) -> None:
        """Compare the two answers to a request."""
        found = [Difference(self.test, request, *each) for each in differences(ours, theirs)]
        rows = [self._row(difference) for difference in found]
        self.used.update(row for row in rows if row)
        self.unexpected += [each for each, row in zip(found, rows, strict=True) if row is None]
        self.equal += not found
        self.allowed += bool(found) and None not in rows

    def _row(self, difference: Difference) -> Allowed | None:
        return next((row for row in ALLOWED if row.covers(difference, self.storage)), None)

    def unused(self) -> list[Allowed]:
        """Return the rows of the table that nothing of the run was like."""
        return [row for row in ALLOWED if self.storage in row.storages and row not in self.used]


def differences(ours, theirs):
    """Yield (place, ours, theirs) for all that differs in two answers."""
    if ours.status != theirs.status:
        yield "status", ours.status, theirs.status
    for name in HEADERS:
        yield from within(name, *(answer.headers.get(name, MISSING) for answer in (ours, theirs)))
    yield from within("link", *(links(answer.headers.get("link", "")) for answer in (ours, theirs)))
    yield from within("", content(ours), content(theirs))


def links(header: str) -> dict[str, str]:
    """Return the decoded target for each relation of a `Link` header.

    AiiDA's own have one slash after `http:`, targets that are not encoded, and a comma at the end:

        <http:/localhost/api/v4/nodes/page/2?id>3>; rel=next,
    """
    found = re.findall(r'<(\S*?)>; rel="?(\w+)', header)
    return {name: re.sub(r"^http:/+", "http://", unquote(target)) for target, name in found}


def content(answer) -> object:
    """Return the value of a JSON body, else the bytes."""
    if answer.headers.get("content-type", "").startswith("application/json"):
        return json.loads(answer.body)
    return answer.body


def within(place: str, ours: object, theirs: object):
    """Yield what differs in two values, with its JSON pointer; `True` and 1 differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted({*ours, *theirs}):
            yield from within(f"{place}/{key}", ours.get(key, MISSING), theirs.get(key, MISSING))
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, pair in enumerate(zip(ours, theirs, strict=True)):
            yield from within(f"{place}/{number}", *pair)
    elif type(ours) is not type(theirs) or ours != theirs:
        yield place, ours, theirs
