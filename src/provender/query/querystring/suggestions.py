"""What a person probably meant by a query string that does not parse. Floor: query.

Nothing here runs for a request that is right. A correction is offered only if the grammar takes it;
the grammar is passed in as a function, since it is what asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote_to_bytes

from provender.query.querystring.repairs import OR, repaired_fields

# Returns where a query string stops making sense, or None if all of it does.
Failure = Callable[[str], int | None]
# Longest query string that is repaired, in characters.
LONGEST = 1000
# Characters of a correction that is shown whole.
SHOWN = 200
# How often the grammar is asked: 60 times take 2 ms.
MOST_TRIES = 60
# How many faults of one text are repaired.
DEEPEST = 6
FIRST_BEYOND_ASCII = 0x80
FIELDS = re.compile(r'"[^"]*(?:""[^"]*)*"|(?P<end>&)')
TRIPLETS = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
# What can be said of a field that cannot be repaired.
ADVICE = (
    (OR, "There is no `or` here: `=in=` takes a list of values, and a posted query has `or`."),
    (
        re.compile(r"\s*orderby\s*=.*\b(?:attributes|extras)\b"),
        "`orderby` takes keys of the resource. A posted query can order by what is inside JSON.",
    ),
)


def suggest(text: str, position: int, failure: Failure) -> str | None:
    """Return a hint with the corrected request, or None if it is not clear what is meant.

    Example:
        `node_type=like=data.%` gives `Did you mean: node_type=like="data.%"`.
    """
    if len(text) > LONGEST:
        return None
    found = _corrected(text, position, _bounded(failure), DEEPEST)
    if found:
        shown = found if len(found) <= SHOWN else _changed(text, found)
        return f"Did you mean: {_typed(shown)}"
    start, stop = _bounds(text, position)
    return next((hint for sign, hint in ADVICE if sign.search(text[start:stop])), None)


def _bounded(failure: Failure) -> Failure:
    """Return a function that gives up after so many tries, by failing at the beginning."""
    left = [MOST_TRIES]

    def tried(text: str) -> int | None:
        left[0] -= 1
        return failure(text) if left[0] >= 0 else 0

    return tried


def _corrected(text: str, position: int, failure: Failure, depth: int) -> str | None:
    """Return a query string that parses, by repairing one field after the other."""
    for candidate in _candidates(text, position):
        if candidate == text:
            continue
        where = failure(candidate)
        if where is None:
            return candidate
        found = _corrected(candidate, where, failure, depth - 1) if depth and where else None
        if found is not None:
            return found
    return None


def _candidates(text: str, position: int) -> Iterator[str]:
    """Yield query strings without the fault at a position, the likeliest first."""
    yield re.sub(r"&(?:\s*&)+", "&", text.replace("&amp;", "&").strip("?/& "))
    start, stop = _bounds(text, position)
    for field in repaired_fields(text[start:stop]):
        yield text[:start] + field + text[stop:]


def _bounds(text: str, position: int) -> tuple[int, int]:
    """Return where the field around a position begins and ends."""
    start = 0
    for found in FIELDS.finditer(text):
        if found["end"] and found.start() >= position:
            return start, found.start()
        start = found.end() if found["end"] else start
    return start, len(text)


def _changed(text: str, corrected: str) -> str:
    """Return those fields of a long correction that differ."""
    before = text.split("&")
    return "&".join(field for field in corrected.split("&") if field not in before)[:SHOWN]


def _typed(text: str) -> str:
    """Return a query string as it is typed into a URL: escaped if it would be read differently."""
    return TRIPLETS.sub(_escaped, text).replace("#", "%23")


def _escaped(match: re.Match[str]) -> str:
    """Return what looks like percent-encoding, encoded if decoding would change it."""
    data = unquote_to_bytes(match[0])
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        if all(byte >= FIRST_BEYOND_ASCII for byte in data):
            return match[0]
    return match[0].replace("%", "%25")
