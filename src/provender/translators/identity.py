"""Ids in paths, and the one object that an id names. Floor: translators."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from provender.caching import cached
from provender.errors import AmbiguousIdentifier, NoSuchEntity, UnknownRoute
from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.patterns import UUID_SHAPE, is_uuid_prefix
from provender.query.plan.plan import Plan
from provender.query.plan.views import Identity, View, whole_vocabulary
from provender.query.querydict import Dotted
from provender.schema.entities import FieldName
from provender.schema.statements import Record as Values
from provender.translators.session import Session

DIGITS = re.compile(r"[0-9]{1,30}")


class One:
    """The query of one object of a view: by its pk, or by the beginning of its uuid."""

    def __init__(
        self, view: View, identifier: str | int, columns: Sequence[FieldName | Dotted]
    ) -> None:
        self._view = view
        self._identifier = identifier
        plan = _plan(view, tuple(map(_column_of, columns)))
        self.plan: Plan = questions.identified(questions.inside(plan, columns), view, identifier)

    def only(self, rows: Sequence[Values]) -> Values:
        """Return the only row of those that were found.

        Raises:
            NoSuchEntity: no object with that id in the view.
            AmbiguousIdentifier: several uuids begin like that.
        """
        if not rows:
            raise no_such_entity(self._view, self._identifier)
        if len(rows) > 1:
            raise AmbiguousIdentifier(
                "More than one node found. Provide longer starting pattern for id.",
                hint=_by_id(self._view, self._identifier),
            )
        return rows[0]

    def read(self, session: Session) -> Values:
        """Return the values of the object; errors as `only`."""
        return self.only(session.rows(self.plan))


def _column_of(name: FieldName | Dotted) -> FieldName:
    return name.column if isinstance(name, Dotted) else name


def _has_paths(view: View, columns: tuple[Any, ...]) -> bool:
    """Return whether names that a client wrote are among the columns."""
    return any("." in str(name) for name in columns)


@cached(256, unless=_has_paths)
def _plan(view: View, columns: tuple[Any, ...]) -> Plan:
    """Return the plan of one object of a view without its id: equal for all requests."""
    names = {view.entity.name: whole_vocabulary(view.entity)}
    return planning.check(questions.from_view(view, columns), names)


def parse_identifier(view: View, text: str) -> str | int:
    """Return the id of a path: a pk, or the beginning of a uuid.

    Raises:
        UnknownRoute: it is malformed.
        NoSuchEntity: it has capital letters, which uuids never have.
    """
    if view.identity is Identity.PK:
        if not DIGITS.fullmatch(text):
            raise _malformed(text, "an integer")
        return int(text)
    if view.identity is Identity.PK_OR_UUID and DIGITS.fullmatch(text):
        return int(text)
    if not text or len(text) > len(UUID_SHAPE) or not is_uuid_prefix(text.lower()):
        raise _malformed(text, "the beginning of a uuid, such as 5be4ac2c-0")
    if text != text.lower():
        raise no_such_entity(view, text)
    return text


def _malformed(text: str, form: str) -> UnknownRoute:
    """Return the error of a malformed id, which quotes the id."""
    return UnknownRoute(f"`{text[: len(UUID_SHAPE)]}` is not an id here: an id is {form}.")


def no_such_entity(view: View, identifier: str | int) -> NoSuchEntity:
    """Return the error of an id that no object of the view has."""
    return NoSuchEntity(
        f"either no object's id starts with '{identifier}' or the corresponding object is not "
        f"of type aiida.orm.{view.noun}",
        hint=_by_id(view, identifier),
    )


def _by_id(view: View, identifier: str | int) -> str | None:
    """Return the path that finds an object by its pk, if the client may have meant a pk."""
    if isinstance(identifier, int) or not DIGITS.fullmatch(identifier):
        return None
    return f"Digits are the beginning of a uuid here. By its id: /{view.name}?id={int(identifier)}"
