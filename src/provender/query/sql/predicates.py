"""Writing conditions as SQL. Floor: query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal_column,
    not_,
    null,
    or_,
    true,
)

from provender.query.plan.conditions import (
    Circular,
    Comparison,
    Condition,
    Conjunction,
    Disjunction,
    IsNull,
    JsonComparison,
    JsonCondition,
    JsonContains,
    JsonHasKey,
    JsonHasType,
    JsonLength,
    JsonMembership,
    JsonPattern,
    JsonType,
    Membership,
    Negation,
    Never,
    Operand,
    Pattern,
    Related,
    Relation,
    Span,
    Target,
    Unknown,
)
from provender.query.sql.computed import computed, is_missing
from provender.query.sql.forms import SqlForms
from provender.query.sql.jsonforms import JsonForms
from provender.query.sql.relations import related_ids
from provender.query.sql.shapes import slot_of
from provender.schema.entities import Kind

Expression = ColumnElement[Any]
JSON_CONDITIONS = (
    *(JsonComparison, JsonMembership, JsonPattern, JsonLength),
    *(JsonHasType, JsonContains, JsonHasKey),
)
# The column of recursive tables; no stored table has this name.
ROUTE = "path"
# The bits of a number that comes round, and the first that a transaction has (PostgreSQL).
BITS: Expression = literal_column(str(2**32 - 1))
FIRST: Expression = literal_column("3")
# Relations that SQL writes otherwise.
OPERATORS = {Relation.EQUAL: "="}


class Predicates:
    """Writes conditions of a shape on tables that stand for tags."""

    def __init__(self, forms: SqlForms, tables: Callable[[str], Any]) -> None:
        self.forms = forms
        self._table = tables

    def table(self, tag: str) -> Any:  # noqa: ANN401 - a table or an alias
        """Return the table that stands for a tag."""
        return self._table(tag)

    def on(self, tables: Callable[[str], Any]) -> Predicates:
        """Return a writer of the same conditions on other tables."""
        return Predicates(self.forms, tables)

    def bind(self, operand: Operand) -> Any:  # noqa: ANN401 - a bind parameter of any type
        """Return the parameter that a value is bound to."""
        return bindparam(slot_of(operand).name)

    def column(self, target: Target) -> Expression:
        """Return the column of a target, or the expression of a computed one."""
        table = self._table(target.tag)
        if target.field.computed is not None:
            return computed(target.field.computed, self.forms, table)
        column: Expression = table.c[target.field.name]
        return self.forms.json.of_members(column) if target.field.name == ROUTE else column

    def inside(self, target: Target) -> JsonForms:
        """Return what a JSON target holds."""
        if target.path is None:
            return self.forms.json(self.column(target), None)
        path, shape = self.bind(target.path), target.path
        return self.forms.json(self.column(target), path, plain=shape.plain, keys=shape.keys)

    def write(self, condition: Condition, *, negated: bool = False) -> Expression:
        """Return a condition as SQL; `negated` if it stands below an odd number of negations."""
        if isinstance(condition, Conjunction | Disjunction):
            parts = [self.write(part, negated=negated) for part in condition.conditions]
            is_all = isinstance(condition, Conjunction)
            return and_(true(), *parts) if is_all else or_(false(), *parts)
        if isinstance(condition, Negation):
            return not_(self.write(condition.condition, negated=not negated))
        if isinstance(condition, Never | Unknown):
            return self._write_constant(condition, negated)
        if isinstance(condition, JSON_CONDITIONS):
            return self._write_json(condition)
        if isinstance(condition, IsNull):
            return self._write_missing(condition.target)
        return self._write_match(condition, self.column(condition.target))

    def _write_constant(self, condition: Never | Unknown, negated: bool) -> Expression:
        if isinstance(condition, Unknown):
            return cast(null(), Boolean)
        return self.column(condition.target).is_(None) if negated else false()

    def _write_missing(self, target: Target) -> Expression:
        if target.field.computed is None:
            return self.column(target).is_(None)
        return is_missing(target.field.computed, self.forms, self._table(target.tag))

    def _write_match(
        self,
        condition: Comparison | Membership | Pattern | Span | Circular | Related,
        column: Expression,
    ) -> Expression:
        write = self.forms
        if isinstance(condition, Related):
            given, name = self.bind(condition.operand), slot_of(condition.operand).name
            return column.in_(related_ids(condition.relation, write, given, name))
        kind = condition.target.field.kind
        if isinstance(condition, Membership):
            return write.member(column, self.bind(condition.operand), kind)
        if isinstance(condition, Pattern):
            text, pattern = write.as_text(column, kind), self.bind(condition.operand)
            return write.like(text, pattern, fold=condition.fold, is_short=kind is not Kind.TEXT)
        if isinstance(condition, Circular):
            low, high = self.bind(condition.low), self.bind(condition.high)
            is_between = (column - low).op("&")(BITS) <= high - low
            # PostgreSQL would look first whether it is a number at all, of every row
            return case((is_between, column >= FIRST), else_=false())
        if isinstance(condition, Span):
            high = None if condition.high is None else self.bind(condition.high)
            return write.span(column, self.bind(condition.low), high, kind)
        return write.compared(column, condition, self.bind(condition.operand))

    def _write_json(self, condition: JsonCondition) -> Expression:
        """Return a condition on JSON: false, not unknown, where it says so."""
        value = self.inside(condition.target)
        if isinstance(condition, JsonHasType):
            found = value.is_type(condition.type)
            if condition.type is JsonType.NULL:
                return func.coalesce(found, true())
            return found
        if isinstance(condition, JsonContains):
            return value.contains(self.bind(condition.operand))
        if isinstance(condition, JsonHasKey):
            return value.has_key(self.bind(condition.operand))
        return func.coalesce(self._write_json_test(condition, value), false())

    def _write_json_test(
        self,
        condition: JsonComparison | JsonMembership | JsonPattern | JsonLength,
        value: JsonForms,
    ) -> Expression:
        operand = self.bind(condition.operand)
        if isinstance(condition, JsonPattern):
            return self.forms.like_inside(value.string(), operand, fold=condition.fold)
        if isinstance(condition, JsonLength):
            return _related(value.length(), condition.relation, operand)
        if isinstance(condition, JsonMembership):
            return self.forms.member(
                _scalar(value, condition.type), operand, condition.operand.kind
            )
        if condition.type in (JsonType.ARRAY, JsonType.OBJECT):
            left, right = value.sortable(value.document()), value.sortable(operand)
            return and_(value.is_type(condition.type), _related(left, condition.relation, right))
        left = _scalar(value, condition.type)
        if condition.type is JsonType.STRING and condition.relation is not Relation.EQUAL:
            return self.forms.by_code_point(left, condition.relation, operand)
        return _related(left, condition.relation, operand)


def _scalar(value: JsonForms, json_type: JsonType) -> Expression:
    """Return a number, a string or the word of a boolean; NULL or another word for other types."""
    if json_type is JsonType.NUMBER:
        return value.number()
    return value.string() if json_type is JsonType.STRING else value.word()


def _related(left: Expression, relation: Relation, right: Expression) -> Expression:
    operator = OPERATORS.get(relation, relation.value)
    return left.op(operator, is_comparison=True)(right)
