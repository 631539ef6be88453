"""The state of one process, small enough to be asked for often. Floor: translators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from provender.query.plan.views import View
from provender.query.querydict import Dotted
from provender.query.querystring.advice import Note
from provender.schema.entities import FieldName
from provender.schema.processes import ENDED
from provender.schema.statements import Record as Values
from provender.translators.identity import One
from provender.translators.inquiry import Inquiry
from provender.translators.processes import rows
from provender.translators.records import Record, http_date
from provender.translators.session import Session

COLUMNS: tuple[FieldName | Dotted, ...] = (
    *("id", "uuid", "mtime", Dotted("attributes", ("sealed",))),
    *(Dotted("attributes", (name,)) for name in rows.ATTRIBUTES),
)


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a process as an answer shows it; `is_final` if it will never change again.

    `notes` are about stored values that cannot be shown.
    """

    pk: int
    record: Record
    is_final: bool
    notes: tuple[Note, ...] = ()


class StatusOf(Inquiry[list[Values], Status]):
    """The state of a process of a view."""

    is_single: ClassVar[bool] = True

    def __init__(self, view: View, identifier: str | int) -> None:
        self._one = One(view, identifier, COLUMNS)

    def read(self, session: Session) -> list[Values]:
        """Return the rows of the id, two at most."""
        return session.rows(self._one.plan)

    def present(self, raw: list[Values]) -> Status:
        """Return the state."""
        pk, uuid, mtime, sealed, *texts = self._one.only(raw)
        found = rows.state_of(texts, pk, uuid)
        record = {"uuid": uuid, **found.record, "mtime": http_date(mtime)}
        is_final = found.record["process_state"] in ENDED or bool(rows.flag_value(sealed))
        return Status(pk, record, is_final, found.notes)
