"""What is said about an id that names no process, or several. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from provender.cli.sources.processes import LISTED
from provender.cli.sources.source import Source
from provender.errors import AmbiguousIdentifier, NoSuchEntity

# Processes that are named where the beginning of a uuid is that of several.
MOST_NAMED = 5


@contextmanager
def naming(source: Source, identifier: str | int) -> Iterator[None]:
    """Say about an id that names no process, or several, what helps a person on the shell."""
    try:
        yield
    except NoSuchEntity:
        is_pk = isinstance(identifier, int)
        what = "the pk" if is_pk else "a uuid that begins with"
        raise NoSuchEntity(
            f"There is no process with {what} `{identifier}`.",
            hint="Digits alone are a pk: of a uuid, write more." if is_pk else LISTED,
        ) from None
    except AmbiguousIdentifier:
        found = source.processes.alike(str(identifier), MOST_NAMED)
        more = ["…"] if found.total > MOST_NAMED else []
        named = [*(record["uuid"] for record in found.records), *more]
        raise AmbiguousIdentifier(
            f"Several processes have a uuid that begins with `{identifier}`.",
            hint=f"Write more of it: {', '.join(named)}",
        ) from None
