"""What every translator does: ask for a list or for one object, and present it. Floor: translators.

Translators hold no state: one of each serves all requests.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from provender.errors import AmbiguousIdentifier, NoSuchEntity, PageOutOfRange, UnknownRoute
from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.patterns import UUID_SHAPE, is_uuid_prefix
from provender.query.plan.plan import Plan
from provender.query.plan.views import Identity, View, vocabulary, whole_vocabulary
from provender.query.querydict import QueryDict
from provender.query.querystring import builder
from provender.query.querystring.request import ListRequest, Page, Parameters
from provender.query.sql import compiler
from provender.schema.entities import ENTITIES, FieldName
from provender.schema.statements import Record as Values
from provender.schema.statements import Rows
from provender.store.stores import Session
from provender.translators.paging import read_window
from provender.translators.records import Record, presenter

DIGITS = re.compile(r"[0-9]{1,30}")


@dataclass(frozen=True, slots=True)
class Listing:
    """Records of a list, and how many there are in all.

    `pk` is that of the object that the list belongs to or consists of, `following` the cursor of
    the next page of a walk.
    """

    total: int | None
    records: list[Record]
    page: Page | None = None
    pk: int | None = None
    following: str | None = None


class BaseTranslator:
    """Translates requests for one kind of thing; a view says which rows and names."""

    def listing(self, request: ListRequest, session: Session) -> Listing:
        """Return a list, or a page of it.

        Raises:
            PageOutOfRange: the page lies behind the last.
        """
        question = builder.from_list(request)
        found = read_window(check(question, request.view, session), request, session)
        if request.page is not None:
            check_page(request.page, found.total or 0)
        present = presenter(request.view, request.parameters)
        records = [present(values) for values in found.records]
        return Listing(found.total, records, request.page, following=found.following)

    def detail(
        self, view: View, identifier: str | int, parameters: Parameters, session: Session
    ) -> Listing:
        """Return one object as a list of one; errors as `resolve`."""
        columns = builder.projection(view, parameters)
        values = resolve(view, identifier, columns, session)
        record = presenter(view, parameters)(values)
        return Listing(1, [record], pk=record["id"])


def resolve(
    view: View,
    identifier: str | int,
    columns: Sequence[FieldName],
    session: Session,
    *,
    is_kept: bool = False,
) -> Values:
    """Return the values of one object of a view, kept for the next one who asks if need be.

    Raises:
        NoSuchEntity: no object with that id in the view.
        AmbiguousIdentifier: several uuids begin like that.
    """
    is_ours = not any("." in str(name) for name in columns)  # else a client's names are among them
    plan = (_plan if is_ours else _plan.__wrapped__)(view, tuple(columns), session.expose)
    found = questions.identified(plan, view, identifier)
    statement = compiler.compile_plan(found, session.backend, with_count=False).rows
    snapshot = session.snapshot
    records = snapshot.recall(statement) if is_kept else snapshot.run(statement)
    if not records:
        raise no_such_entity(view, identifier)
    if len(records) > 1:
        raise AmbiguousIdentifier(
            "More than one node found. Provide longer starting pattern for id."
        )
    return records[0]


@lru_cache(maxsize=256)
def _plan(view: View, columns: tuple[FieldName, ...], expose: tuple[str, ...]) -> Plan:
    """Return the plan of one object of a view but for its id: the same at each request."""
    names = {view.entity.name: vocabulary(view, expose)}
    return planning.check(questions.from_view(view, columns), names)


def ask(question: QueryDict, view: View, session: Session, *, with_count: bool = False) -> Rows:
    """Return the rows of a question about a view: checked, compiled, fetched."""
    checked = check(question, view, session)
    statements = compiler.compile_plan(checked, session.backend, with_count=with_count)
    return session.snapshot.fetch(statements)


def ask_counts(question: QueryDict, view: View, session: Session) -> list[Values]:
    """Return each combination of the columns asked for, with the number of its rows."""
    checked = check(question, view, session)
    return session.snapshot.recall(compiler.compile_groups(checked, session.backend))


def ask_own(question: QueryDict, session: Session) -> list[Values]:
    """Return the rows of a question in our own words, which may use every name."""
    names = {name: whole_vocabulary(entity) for name, entity in ENTITIES.items()}
    statements = compiler.compile_plan(
        planning.check(question, names), session.backend, with_count=False
    )
    return session.snapshot.fetch(statements).records


def check(question: QueryDict, view: View, session: Session) -> Plan:
    """Return the plan of a question about a view."""
    return planning.check(question, {view.entity.name: vocabulary(view, session.expose)})


def parse_identifier(view: View, text: str) -> str | int:
    """Return the id of a path: a pk, or the beginning of a uuid.

    Raises:
        UnknownRoute: it is malformed.
        NoSuchEntity: it is written in capitals, which no uuid is.
    """
    if view.identity is Identity.PK:
        if not DIGITS.fullmatch(text):
            raise UnknownRoute
        return int(text)
    if view.identity is Identity.PK_OR_UUID and DIGITS.fullmatch(text):
        return int(text)
    if not text or len(text) > len(UUID_SHAPE) or not is_uuid_prefix(text.lower()):
        raise UnknownRoute
    if text != text.lower():
        raise no_such_entity(view, text)
    return text


def no_such_entity(view: View, identifier: str | int) -> NoSuchEntity:
    """Return the error of an id that no object of the view has."""
    return NoSuchEntity(
        f"either no object's id starts with '{identifier}' or the corresponding object is not "
        f"of type aiida.orm.{view.noun}"
    )


def check_page(page: Page, total: int) -> None:
    """Raise `PageOutOfRange` for a page that a list of this length does not have."""
    last = max(1, -(-total // page.size))
    if not 1 <= page.number <= last:
        raise PageOutOfRange(f"Non existent page requested. The page range is [1 : {last}]")
