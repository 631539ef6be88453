"""A node in the form for exports: columns, attributes, and files. Floor: translators."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from provender.exports.subject import Subject
from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.plan import Plan
from provender.query.plan.views import View, whole_vocabulary
from provender.schema.entities import COMPUTER
from provender.schema.statements import Record as Values
from provender.settings import Limits
from provender.store.stores import Store
from provender.translators.identity import One
from provender.translators.inquiry import Inquiry
from provender.translators.records import decoded
from provender.translators.session import Session
from provender.translators.subjects import read_file

COLUMNS = (
    *("id", "uuid", "node_type", "label", "description", "attributes", "repository_metadata"),
)


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """The columns of a node for exports; the files of the node are read later."""

    pk: int
    uuid: str | None
    node_type: str | None
    label: str | None
    description: str | None
    attributes: str | None
    tree: str | None
    computer: str | None

    def subject(self, store: Store, limits: Limits) -> Subject:
        """Return the node in the form for exports; `store` has the files."""
        files = decoded(self.tree)
        return Subject(
            self.uuid or "",
            self.node_type or "",
            self.label or "",
            self.description or "",
            decoded(self.attributes),
            lambda path: read_file(store, files, path, limits.download_bytes),
            self.computer,
        )


class SubjectOf(Inquiry[list[Values], SubjectRow]):
    """A node to be written in a format, with the label of its computer."""

    is_single: ClassVar[bool] = True

    def __init__(self, view: View, identifier: str | int) -> None:
        self._one = One(view, identifier, ("id",))
        self._plan = questions.identified(_plan(view), view, identifier)

    def read(self, session: Session) -> list[Values]:
        """Return the rows of the id, two at most."""
        return session.parsed(self._plan)

    def present(self, raw: list[Values]) -> SubjectRow:
        """Return the node."""
        return SubjectRow(*self._one.only(raw))


@lru_cache(maxsize=64)
def _plan(view: View) -> Plan:
    names = {"node": whole_vocabulary(view.entity), "computer": whole_vocabulary(COMPUTER)}
    question = questions.with_computer(questions.from_view(view, COLUMNS))
    return planning.check(question, names)
