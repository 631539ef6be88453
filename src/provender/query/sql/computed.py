"""Fields that no table has: how each is written as SQL. Floor: query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    Select,
    Text,
    case,
    cast,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)

from provender.query.plan.patterns import after_prefix
from provender.query.sql.forms import Expression, SqlForms, text_literal
from provender.schema import tables
from provender.schema.entities import Computed, Kind
from provender.schema.processes import CALLS
from provender.schema.types import CORE, DATA, DESCRIBED, DOCUMENTS, OLD_GROUP_TYPES

# Longest text of attributes that are a short document, in characters.
SHORT = 20_000


def computed(field: Computed, forms: SqlForms, table: Any) -> Expression:  # noqa: ANN401 - or an alias
    """Return a computed field as SQL."""
    return _COMPUTED[field](forms, table)


def is_missing(field: Computed, forms: SqlForms, table: Any) -> Expression:  # noqa: ANN401 - or an alias
    """Return whether a computed field has no value."""
    if field is Computed.CALLER:  # PostgreSQL makes a join of this form only
        return not_(exists(_calls(table)))
    return computed(field, forms, table).is_(None)


def _calls(table: Any) -> Select[Any]:  # noqa: ANN401 - or an alias
    """Return the ids of what called a process."""
    link = tables.LINK.alias("call")
    types = [text_literal(name) for name in CALLS]
    return select(link.c.input_id).where(link.c.output_id == table.c.id, link.c.type.in_(types))


def _caller(table: Any) -> Expression:  # noqa: ANN401 - or an alias
    return _calls(table).limit(literal_column("1")).scalar_subquery()


def _without(column: Expression, prefix: str, replacement: str) -> Expression:
    """Return a string; if it begins with `prefix`, this beginning is replaced."""
    rest = func.substr(column, literal_column(str(len(prefix) + 1)))
    shortened = text_literal(replacement).concat(rest) if replacement else rest
    begins = func.substr(column, literal_column("1"), literal_column(str(len(prefix))))
    return case((begins == text_literal(prefix), shortened), else_=column)


def _described_attributes(forms: SqlForms, table: Any) -> Expression:  # noqa: ANN401 - or an alias
    """Return the attributes of nodes whose type is described by them, NULL for others."""
    return case((_is_one_of(DESCRIBED, forms, table), table.c.attributes))


def _short_document(forms: SqlForms, table: Any) -> Expression:  # noqa: ANN401 - or an alias
    """Return the attributes of dictionaries and lists, NULL for long ones and for others."""
    length = func.length(cast(table.c.attributes, Text))
    is_short = length <= literal_column(str(SHORT))
    # Lengths are looked at for documents only: measuring JSON means writing it out.
    document = case((is_short, table.c.attributes))
    return case((_is_one_of(DOCUMENTS, forms, table), document))


def _is_one_of(prefixes: tuple[str, ...], forms: SqlForms, table: Any) -> Expression:  # noqa: ANN401 - or an alias
    """Return whether the type of a node has one of some beginnings."""
    spans = [
        (text_literal(prefix), text_literal(after_prefix(prefix) or "")) for prefix in prefixes
    ]
    return or_(*(forms.span(table.c.node_type, low, high, Kind.TEXT) for low, high in spans))


def _old_group_type(table: Any) -> Expression:  # noqa: ANN401 - or an alias
    pairs = OLD_GROUP_TYPES.items()
    cases = ((table.c.type_string == text_literal(new), text_literal(old)) for old, new in pairs)
    return case(*cases, else_=table.c.type_string)


def _number_of_links(end: str, table: Any) -> Expression:  # noqa: ANN401 - or an alias
    """Return the number of links one `end` of which (a column of links) is a node."""
    link = tables.LINK.alias("counted")
    counted = select(func.count()).select_from(link).where(link.c[end] == table.c.id)
    return counted.correlate(table).scalar_subquery()


def _message_lines(table: Any) -> Expression:  # noqa: ANN401 - or an alias
    """Return the number of lines of a message; empty lines at its end do not count."""
    newline = text_literal("\n")
    text = func.rtrim(table.c.message, newline)
    breaks = func.length(text) - func.length(func.replace(text, newline, text_literal("")))
    return breaks + literal_column("1")


_COMPUTED: dict[Computed, Callable[[SqlForms, Any], Expression]] = {
    Computed.SHORT_TYPE: lambda _, table: _without(table.c.node_type, f"{DATA}{CORE}", DATA),
    Computed.PROCESS_STATE: lambda forms, table: forms.process_state(table),
    Computed.CREATION_DAY: lambda forms, table: forms.day(table.c.ctime),
    Computed.DESCRIBED_ATTRIBUTES: _described_attributes,
    Computed.SHORT_DOCUMENT: _short_document,
    Computed.OLD_GROUP_TYPE: lambda _, table: _old_group_type(table),
    Computed.FAILURE: lambda forms, table: forms.failure(table),
    Computed.CALLER: lambda _, table: _caller(table),
    Computed.WRITER: lambda forms, table: forms.writer(table),
    Computed.SHORT_SCHEDULER: lambda _, table: _without(table.c.scheduler_type, CORE, ""),
    Computed.SHORT_TRANSPORT: lambda _, table: _without(table.c.transport_type, CORE, ""),
    Computed.MESSAGE_LINES: lambda _, table: _message_lines(table),
    # PostgreSQL cannot order by a constant
    Computed.ALWAYS_ENABLED: lambda _, table: case((table.c.id.is_not(None), true())),
    Computed.INCOMING_LINKS: lambda _, table: _number_of_links("output_id", table),
    Computed.OUTGOING_LINKS: lambda _, table: _number_of_links("input_id", table),
}
