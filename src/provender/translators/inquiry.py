"""Something asked of a store, in three steps: plan, read, present. Floor: translators."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from provender.errors import ProvenderError
from provender.store.database.snapshot import Snapshot
from provender.store.stores import Store
from provender.translators.session import Session

_Raw = TypeVar("_Raw")
_Answer = TypeVar("_Answer")
_Known = TypeVar("_Known")


class Inquiry(ABC, Generic[_Raw, _Answer]):
    """What is asked of a store.

    Making one is the first step: every name and value is checked, so that what cannot be asked is
    refused before a store is reached. `read` is the second, the only one that holds a connection.
    It may be done again when a connection is lost, so it changes nothing. `present` is the third.
    `is_single` says that `read` runs one statement.
    """

    is_single: ClassVar[bool] = False

    @abstractmethod
    def read(self, session: Session) -> _Raw:
        """Return what the database holds of it."""

    @abstractmethod
    def present(self, raw: _Raw) -> _Answer:
        """Return the answer made of what was read."""

    def explained(self, error: ProvenderError) -> ProvenderError:
        """Return an error of the database in the words of whoever asked."""
        return error


@dataclass(frozen=True, slots=True)
class Reading(Generic[_Raw]):
    """What was read, the name of the data it was read from, and how long the database took."""

    raw: _Raw
    token: str | None
    seconds: float


def answer(inquiry: Inquiry[_Raw, _Answer], store: Store) -> _Answer:
    """Return the answer to an inquiry."""
    return inquiry.present(read(inquiry, store, _nothing).raw)


def _nothing(session: Session) -> None:
    """Know nothing of a snapshot before it is read."""
    del session


def read(
    inquiry: Inquiry[_Raw, _Answer],
    store: Store,
    known: Callable[[Session], _Known | None] = _nothing,
) -> Reading[_Raw | _Known]:
    """Return what a store holds of an inquiry, or what is `known` for the snapshot without it."""

    def work(snapshot: Snapshot) -> Reading[_Raw | _Known]:
        session = Session(snapshot)
        found = known(session)
        raw = inquiry.read(session) if found is None else found
        return Reading(raw, session.token, session.seconds)

    try:
        return store.reader.within(work, is_single=inquiry.is_single)
    except ProvenderError as error:
        explained = inquiry.explained(error)
        if explained is error:
            raise
        raise explained from error
