"""The FROM clause of a plan: vertices and edges under aliases, walks as recursive tables.

Floor: query.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import CTE

from provender.query.plan.joins import ClosureJoin, EdgeJoin
from provender.query.plan.plan import Join, Plan, Source
from provender.query.sql.closures import Walk, joined
from provender.query.sql.forms import SqlForms
from provender.query.sql.predicates import Predicates


class Tables:
    """The tables of a plan by tag, joined as it says.

    `names` are those of the operands, by identity.
    """

    def __init__(self, plan: Plan, forms: SqlForms, names: Mapping[int, str]) -> None:
        self._plan = plan
        self._walks: dict[str, CTE] = {}
        self._by_tag: dict[str, Any] = {}
        self.predicates = Predicates(forms, names, self._by_tag.__getitem__)
        self.joined: Any = None
        for index, source in enumerate(plan.sources):
            self._add(source, index)

    def _add(self, source: Source, index: int) -> None:
        """Add a vertex to the FROM clause."""
        table: Any = source.entity.table
        if len(self._plan.sources) > 1:
            table = table.alias(f"t{index}")
        self._by_tag[source.tag] = table
        if source.join is None:
            self.joined = table
            return
        edge = self._edge(source, source.join, index)
        if edge is not None:
            self._by_tag[source.join.edge] = edge
        self.joined = joined(self.joined, source.join, self._by_tag, table, edge)

    def _edge(self, source: Source, join: Join, index: int) -> Any:  # noqa: ANN401 - a table or None
        """Return the table between a vertex and its partner, if their join has one."""
        if isinstance(join.rule, EdgeJoin):
            return join.rule.table.alias(f"e{index}")
        if isinstance(join.rule, ClosureJoin):
            walk = Walk(self._plan, source, f"w{index}", self.predicates, self._walks).table()
            self._walks[join.edge] = walk
            return walk.alias(f"e{index}")
        return None
