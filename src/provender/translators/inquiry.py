"""A question to a store, in three steps: plan, read, present. Floor: translators."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Generic, TypeVar

from provender.errors import ProvenderError
from provender.schema.statements import Flaws
from provender.store.database.snapshot import Snapshot
from provender.store.stores import Store
from provender.translators import flaws
from provender.translators.session import Session

_Raw = TypeVar("_Raw")
_Answer = TypeVar("_Answer")
_Known = TypeVar("_Known")


class Inquiry(ABC, Generic[_Raw, _Answer]):
    """A question to a store.

    The constructor is the first step: it checks every name and value, so that a wrong question is
    refused before the store is reached. `read` is the second step, and the only one that holds a
    connection. It is repeated if a connection is lost, so it must not change the inquiry.
    `present` is the third step. `is_single` says that `read` runs one statement, `is_expensive`
    that its statements may take long, `is_presented_long` that `present` may, whatever was read.
    `moment` names the
    time of an answer that depends on it.
    """

    is_single: ClassVar[bool] = False
    is_expensive: bool = False
    is_presented_long: ClassVar[bool] = False
    moment: str = ""

    @abstractmethod
    def read(self, session: Session) -> _Raw:
        """Return the rows of the question."""

    @abstractmethod
    def present(self, raw: _Raw) -> _Answer:
        """Return the answer made of the rows."""

    def takes_long(self, raw: _Raw) -> bool:
        """Return whether `present` may take long with these rows."""
        del raw
        return self.is_presented_long

    def explained(self, error: ProvenderError) -> ProvenderError:
        """Return an error of the database, reworded for the client if that helps."""
        return error


@dataclass(frozen=True, slots=True)
class Reading(Generic[_Raw]):
    """The rows that were read, the token of their snapshot, and the seconds of the database.

    `flaws` are the values among them that cannot be shown.
    """

    raw: _Raw
    token: str | None
    seconds: float
    flaws: Flaws = field(default_factory=Flaws)


def answer(inquiry: Inquiry[_Raw, _Answer], store: Store) -> _Answer:
    """Return the answer to an inquiry."""
    return inquiry.present(read(inquiry, store, _nothing).raw)


def _nothing(session: Session) -> None:
    """Return None: without a cache no answer is known before the reading."""
    del session


def read(
    inquiry: Inquiry[_Raw, _Answer],
    store: Store,
    known: Callable[[Session], _Known | None] = _nothing,
) -> Reading[_Raw | _Known]:
    """Return the rows of an inquiry, or the result of `known` for the snapshot unless None."""

    def work(snapshot: Snapshot) -> Reading[_Raw | _Known]:
        session = Session(snapshot)
        found = known(session)
        raw = inquiry.read(session) if found is None else found
        return Reading(raw, session.token, session.seconds, session.flaws)

    try:
        reading = store.reader.within(
            work, is_single=inquiry.is_single, is_expensive=inquiry.is_expensive
        )
    except ProvenderError as error:
        explained = inquiry.explained(error)
        if explained is error:
            raise
        raise explained from error
    flaws.log(reading.flaws, store.reader.name)
    return reading
