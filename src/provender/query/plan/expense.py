"""Which plans read many rows, as far as a plan tells. Floor: query.

The answer is a first guess: what a statement really takes is measured when it runs.
"""

from __future__ import annotations

from provender.query.plan.conditions import (
    Comparison,
    Condition,
    Conjunction,
    Disjunction,
    Membership,
    Negation,
    Pattern,
    PlainCondition,
    Related,
    Relation,
    Span,
    Target,
)
from provender.query.plan.plan import Ordering, Plan
from provender.query.plan.where import WIDE
from provender.schema.entities import Kind

# Rows that are skipped at little cost.
MOST_SKIPPED = 10_000
# The entities with so few rows that nothing is expensive.
SMALL = ("computer", "user", "authinfo")
# The columns by which an index orders rows.
ORDERED = ("id", "uuid", "label", "node_type", "process_type", "ctime", "mtime", "time")
# Comparisons that few rows fulfil, if their column is an id.
SELECTIVE = (Comparison, Membership, Span)


def is_expensive(plan: Plan) -> bool:
    """Return whether a plan has to read many rows.

    That is so if it skips many, if a condition looks into JSON or for a pattern without a fixed
    beginning, or if no index has its order; unless an id narrows it down.
    """
    if plan.offset is not None and plan.offset.value > MOST_SKIPPED:  # type: ignore[operator] # an integer
        return True
    if not plan.condition.conditions and not plan.order:
        return False
    conditions = plan.condition.conditions
    if any(source.entity.name in SMALL for source in plan.sources) or any(
        map(_is_selective, conditions)
    ):
        return False
    narrowed = {condition.target for condition in conditions if isinstance(condition, Span)}
    rest = [item for item in conditions if not _is_on(item, narrowed)]
    return any(map(_looks_at_all, rest)) or any(map(_is_unordered, plan.order[:1]))


def _is_on(condition: Condition, targets: set[Target]) -> bool:
    """Return whether a condition is a pattern on one of some targets."""
    return isinstance(condition, Pattern) and condition.target in targets


def _is_selective(condition: Condition) -> bool:
    """Return whether few rows fulfil a condition, which an index finds."""
    if isinstance(condition, Related):
        return condition.relation not in WIDE
    if not isinstance(condition, SELECTIVE):
        return False
    target = condition.target
    is_id = target.field.kind is Kind.UUID or target.field.name == "id"
    is_equal = not isinstance(condition, Comparison) or condition.relation is Relation.EQUAL
    return is_id and is_equal


def _looks_at_all(condition: Condition) -> bool:
    """Return whether a condition has to be tried on every row."""
    if isinstance(condition, Negation):
        return _looks_at_all(condition.condition)
    if isinstance(condition, Conjunction | Disjunction):
        return any(map(_looks_at_all, condition.conditions))
    is_plain = isinstance(condition, PlainCondition) and not isinstance(condition, Pattern)
    return not is_plain or condition.target.field.computed is not None


def _is_unordered(criterion: Ordering) -> bool:
    return criterion.cast is not None or _has_no_index(criterion.target)


def _has_no_index(target: Target) -> bool:
    return target.field.computed is not None or target.field.name not in ORDERED
