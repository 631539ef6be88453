"""What may fail or differ in a run of AiiDA's tests, and the words of docs/deviations.md for it.

Standard library only: Provender's environment and AiiDA's both read this table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

SQLITE, POSTGRES = "sqlite", "postgres"
MISSING = "(missing)"
"""What stands for a value that one of two answers does not have."""


def anything(ours: object, theirs: object) -> bool:
    """Hold for whatever the two answers say."""
    return True


def ours_only(ours: object, theirs: object) -> bool:
    """Hold if AiiDA's answer has nothing in this place."""
    return theirs == MISSING


def holds_all(ours: object, theirs: object) -> bool:
    """Hold if our list of endpoints has all of theirs; the order of methods counts for nothing."""
    return {endpoint(line) for line in theirs} <= {endpoint(line) for line in ours}


def endpoint(line: str) -> tuple[str, frozenset[str], str]:
    """Return the name, the methods and the path of a line of endpoints."""
    name, methods, path = line.split()
    return name, frozenset(methods.split(",")), path


def unknown_version(ours: object, theirs: object) -> bool:
    """Hold if the version of AiiDA is unknown, as no process of the store tells it."""
    return ours == "unknown"


def same_sense(ours: object, theirs: object) -> bool:
    """Hold for two sentences of one meaning, as far as a program can tell: both are there."""
    return isinstance(ours, str) and isinstance(theirs, str) and "" not in (ours, theirs)


def same_arrays(ours: object, theirs: object) -> bool:
    """Hold for two exported JSON files that differ in their comments only."""
    read = [json.loads(text) for text in (ours, theirs)]
    return all(found.pop("comments") for found in read) and read[0] == read[1]


def last_part(ours: object, theirs: object) -> bool:
    """Hold if we name a file as the last part of the path that AiiDA names."""
    names = [re.fullmatch(r'attachment; filename="(.*)"', text)[1] for text in (ours, theirs)]
    return names[0] == names[1].rpartition("/")[2]


def bool_and_integer(ours: object, theirs: object) -> bool:
    """Hold for `true` and 1, or `false` and 0."""
    return type(ours) is bool and type(theirs) is int and ours == theirs


@dataclass(frozen=True)
class Failure:
    """A test of AiiDA that Provender fails for good reason; `quote` is in docs/deviations.md."""

    test: str
    reason: str
    quote: str


@dataclass(frozen=True)
class Allowed:
    """A difference between two answers; `quote` is in docs/deviations.md.

    `test` and `place` are regular expressions for the whole name of the test and the whole place
    in the answer. `holds` says whether two values may differ as they do.
    """

    place: str
    reason: str
    quote: str
    test: str = ".*"
    holds: Callable[[object, object], bool] = anything
    storages: tuple[str, ...] = (SQLITE, POSTGRES)

    def covers(self, difference, storage: str) -> bool:
        """Return whether a difference is of this kind."""
        return (
            storage in self.storages
            and re.fullmatch(self.place, difference.place) is not None
            and re.fullmatch(self.test, difference.test) is not None
            and self.holds(difference.ours, difference.theirs)
        )


ROUTES = "test_routes.py::TestRestApi::"
ERRORS = "Malformed queries, wrong operators, repeated keys"
PRIVATE = "E-mail addresses are private"
SENTENCES = "**Sentences are Provender's own**"
VERSION = "**`AiiDA_version`**"

FAILURES = (
    Failure(f"{ROUTES}test_server", "the store does not say which AiiDA wrote it", VERSION),
    Failure(f"{ROUTES}test_get_querybuilder", "the message has other words", SENTENCES),
    Failure(f"{ROUTES}test_querybuilder_user", "the query projects an e-mail address", PRIVATE),
)

ALLOWED = (
    Allowed(
        "/data/AiiDA_version",
        "what wrote the store, not what serves it",
        VERSION,
        holds=unknown_version,
    ),
    Allowed("/(code|hint|detail)", "further keys of errors", ERRORS, holds=ours_only),
    Allowed(
        "status|/message",
        "a wrong query is a 400 that says where",
        ERRORS,
        test="test_config.py::test_posting",
        holds=lambda ours, theirs: (ours, theirs) == (400, 500) or same_sense(ours, theirs),
    ),
    Allowed(
        "(/data)?/available_endpoints",
        "routes that AiiDA does not have",
        "**The list of endpoints**",
        holds=holds_all,
    ),
    Allowed("/data/message", "the 405 of a GET", SENTENCES, holds=same_sense),
    Allowed(
        "/data/fields/.*_type/valid_choices/core.[a-z_]+/doc",
        "what schedulers and transports are",
        SENTENCES,
        holds=same_sense,
    ),
    Allowed(
        "/data/download/data",
        "who wrote an exported file",
        SENTENCES,
        test=f"{ROUTES}test_array_download",
        holds=same_arrays,
    ),
    Allowed(
        "content-disposition",
        "the last part of a path",
        "**`Content-Disposition`**",
        holds=last_part,
    ),
    Allowed(".*", "an e-mail address", PRIVATE, test=f"{ROUTES}test_querybuilder_user"),
    Allowed(
        r"/data/nodes/\d+/(attributes|extras)/.*",
        "booleans that a filter picks",
        "**Booleans inside JSON**",
        holds=bool_and_integer,
        storages=(SQLITE,),
    ),
)
