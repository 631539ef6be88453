"""The FROM clause of a plan: vertices and edges under aliases, closures as recursive tables.

Floor: query.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE

from provender.query.plan.joins import ClosureJoin, EdgeJoin
from provender.query.plan.plan import Join, Plan
from provender.query.sql.closures import Closure, joined
from provender.query.sql.forms import SqlForms
from provender.query.sql.predicates import Predicates


@dataclass(frozen=True, slots=True)
class Tables:
    """The joined tables of a plan, and the writer of conditions on them."""

    joined: Any
    predicates: Predicates


def tables_of(plan: Plan, forms: SqlForms) -> Tables:
    """Return the tables of a plan."""
    by_tag: dict[str, Any] = {}
    closures: dict[str, CTE] = {}
    predicates = Predicates(forms, by_tag.__getitem__)
    from_clause: Any = None
    for index, source in enumerate(plan.sources):
        table: Any = source.entity.table
        if len(plan.sources) > 1:
            table = table.alias(f"t{index}")
        by_tag[source.tag] = table
        if source.join is None:
            from_clause = table
            continue
        if isinstance(source.join.rule, ClosureJoin):
            closure = Closure(plan, source, f"w{index}", predicates, dict(closures))
            closures[source.join.edge] = closure.table()
        edge = _edge(source.join, f"e{index}", closures.get(source.join.edge))
        if edge is not None:
            by_tag[source.join.edge] = edge
        from_clause = joined(from_clause, source.join, by_tag, table, edge)
    return Tables(from_clause, predicates)


def _edge(join: Join, name: str, closure: CTE | None) -> Any:  # noqa: ANN401 - an alias or None
    """Return the table between a vertex and its partner, if their join has one."""
    if closure is not None:
        return closure.alias(name)
    return join.rule.table.alias(name) if isinstance(join.rule, EdgeJoin) else None
