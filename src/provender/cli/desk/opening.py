"""Asking the store that a command names. Floor: cli."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import click

from provender.cli.console import progress_line
from provender.cli.options import Options
from provender.errors import AmbiguousIdentifier, BadValue, NoSuchEntity, UnknownRoute
from provender.logs import printable
from provender.query.plan.views import View
from provender.query.querystring.advice import Note
from provender.query.querystring.parameter import Parameters
from provender.query.querystring.request import ListRequest
from provender.query.terms import Operator, Term
from provender.settings import Limits, Settings
from provender.store.files.reaching import Work
from provender.store.places import Places
from provender.store.profiles import Profiles
from provender.store.registry import StoreRegistry
from provender.store.stores import Store
from provender.translators import flaws, inquiry
from provender.translators.identity import parse_identifier
from provender.translators.inquiry import Inquiry
from provender.translators.lists import ListOf

_Raw = TypeVar("_Raw")
_Answer = TypeVar("_Answer")
# Processes that are named where the beginning of a uuid is that of several.
MOST_NAMED = 5

LISTED = "`provender ps` lists processes with the beginnings of their uuids."


@dataclass(frozen=True, slots=True)
class Desk:
    """An open store, and the bounds on what may be asked of it."""

    store: Store
    limits: Limits
    places: Places

    @property
    def work(self) -> Work:
        """How much work a file may be."""
        return Work(self.places, self.limits.statement_seconds)

    def ask(self, question: Inquiry[_Raw, _Answer]) -> _Answer:
        """Return the answer to an inquiry; values that cannot be shown are told."""
        reading = inquiry.read(question, self.store)
        answer = question.present(reading.raw)
        tell(flaws.notes(reading.flaws))
        return answer


@contextmanager
def opened(options: Options, store: str | None, repository: Path | None) -> Iterator[Desk]:
    """Open the store that a command names, as `leased`."""
    with leased(options, store, repository) as (registry, settings, found):
        yield Desk(found, settings.limits, registry.places)


@contextmanager
def leased(
    options: Options, store: str | None, repository: Path | None
) -> Iterator[tuple[StoreRegistry, Settings, Store]]:
    """Open the store that a command names, alone in a registry.

    Once it is open, Ctrl-C ends the process at once, as a closed pipe does: nothing is written that
    would have to be put in order.
    """
    settings = options.settings()
    profile = options.select(settings, store, repository).profile
    # A command has no other clients, so its expensive questions need no places.
    expensive = settings.limits.expensive or settings.pool.size
    settings = replace(settings, limits=replace(settings.limits, expensive=expensive))
    registry = StoreRegistry(Profiles({profile.name: profile}), settings)
    try:
        with closing(registry.lease(progress=progress_line)) as lease:
            _end_at_once()
            yield registry, settings, lease.store
    finally:
        registry.close()


def _end_at_once() -> None:
    for name in ("SIGINT", "SIGPIPE"):
        if hasattr(signal, name):  # Windows has no pipes that break
            signal.signal(getattr(signal, name), signal.SIG_DFL)


def read_identifier(view: View, text: str) -> str | int:
    """Return the pk, or the beginning of a uuid in any case, that a person wrote.

    Raises:
        BadValue: it is neither.
    """
    try:
        return parse_identifier(view, text.strip().lower())
    except UnknownRoute:
        raise BadValue(
            f"`{printable(text[:50])}` is not an id: an id is the beginning of a uuid, or a pk.",
            hint=LISTED,
        ) from None


@contextmanager
def naming(store: Store, view: View, identifier: str | int) -> Iterator[None]:
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
        found = _named_alike(store, view, str(identifier))
        raise AmbiguousIdentifier(
            f"Several processes have a uuid that begins with `{identifier}`.",
            hint=f"Write more of it: {', '.join(found)}",
        ) from None


def _named_alike(store: Store, view: View, beginning: str) -> list[str]:
    """Return the first uuids with a beginning."""
    term = Term("uuid", Operator.LIKE, (f"{beginning}%",))
    request = ListRequest(view, Parameters((term,)), MOST_NAMED, 0)
    found = inquiry.answer(ListOf(request, ()), store)
    more = ["…"] if (found.total or 0) > MOST_NAMED else []
    return [*(record["uuid"] for record in found.records), *more]


def tell(notes: tuple[Note, ...] | list[Note]) -> None:
    """Write notes to the standard error stream."""
    for note in notes:
        click.echo(f"Note: {printable(note.message)}", err=True)
