"""Ancestors and descendants as recursive tables along the links. Floor: query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import CTE, Integer, Select, Text, and_, cast, literal_column, select
from sqlalchemy.sql.selectable import FromClause

from provender.query.plan.conditions import (
    Comparison,
    Condition,
    Membership,
    Relation,
    Span,
    targets,
)
from provender.query.plan.joins import FOLLOWED, ClosureJoin, ColumnJoin, EdgeJoin
from provender.query.plan.plan import Join, Plan, Source
from provender.query.sql.forms import text_literal
from provender.query.sql.predicates import Predicates
from provender.schema import tables
from provender.schema.entities import Kind

IDENTITIES = ("id", "uuid")


def joined(before: Any, join: Join, by_tag: Mapping[str, Any], table: Any, edge: Any) -> Any:  # noqa: ANN401 - tables under aliases
    """Return a FROM clause with one more vertex; `edge` is the table in between, or None."""
    rule, partner = join.rule, by_tag[join.partner]
    if isinstance(rule, ColumnJoin):
        same = table.c[rule.own] == partner.c[rule.partner]
        return before.join(table, same, isouter=join.outer)
    outer_edge = join.outer and isinstance(rule, EdgeJoin) and rule.outer_edge
    found = before.join(edge, edge.c[rule.partner] == partner.c.id, isouter=outer_edge)
    if join.is_bare:
        return found
    return found.join(table, table.c.id == edge.c[rule.own], isouter=join.outer)


@dataclass(frozen=True, slots=True)
class Closure:
    """All nodes along links from the known end of a join: one row for each route.

    `before` are the closures of the plan so far, by the tags of their edges.
    """

    plan: Plan
    source: Source
    name: str
    predicates: Predicates
    before: Mapping[str, CTE]

    @property
    def join(self) -> Join:
        """The join that the closure is for."""
        if self.source.join is None:
            raise TypeError(self.source)
        return self.source.join

    @property
    def rule(self) -> ClosureJoin:
        """The rule of the join: the columns of the closure at both ends."""
        if not isinstance(self.join.rule, ClosureJoin):
            raise TypeError(self.source)
        return self.join.rule

    def table(self) -> CTE:
        """Return the recursive table with the columns of an edge.

        The table starts at the end whose nodes are known. Databases compute a recursive table
        before they join it: from the other end it would follow the links of the whole graph, and
        the filter would come too late. The conditions on the known end are therefore repeated
        inside (`_near_starts`, `_far_starts`). Routes are merged (`UNION`) unless the query shows
        them: twenty diamonds in a row have eighty links but a million routes. A bound on
        the depth is repeated inside, too, so that the recursion ends there. This form was measured
        on a million nodes.
        """
        start = self.rule.own if self._is_far_end_known() else self.rule.partner
        forward = start == "ancestor_id"
        link = tables.LINK.alias(f"{self.name}_first")
        column = link.c.input_id if forward else link.c.output_id
        first = select(*self._first_columns(link)).where(_is_followed(link))
        starts = self._far_starts() if start == self.rule.own else self._near_starts()
        if starts is not None:
            first = first.where(column.in_(starts))
        routes = first.cte(self.name, recursive=True)
        link = tables.LINK.alias(f"{self.name}_next")
        step = self._next_columns(routes, link, forward=forward)
        end = routes.c.descendant_id if forward else routes.c.ancestor_id
        reached = link.c.input_id if forward else link.c.output_id
        following = (
            select(*step).select_from(routes.join(link, reached == end)).where(_is_followed(link))
        )
        following = following.where(*self._depth_bounds(routes))
        return routes.union_all(following) if self._shows_routes() else routes.union(following)

    def _shows_routes(self) -> bool:
        """Return whether every route is a row: not if rows are distinct and no edge is shown."""
        return not self.plan.distinct or self._uses_edge()

    def _uses_edge(self) -> bool:
        plan = self.plan
        used = [output.target for output in plan.outputs]
        used += [ordering.target for ordering in plan.order]
        used += [target for part in plan.condition.conditions for target in targets(part)]
        return any(target.tag == self.join.edge for target in used)

    def _first_columns(self, link: Any) -> list[Any]:  # noqa: ANN401 - an alias
        columns = [link.c.input_id.label("ancestor_id"), link.c.output_id.label("descendant_id")]
        if not self._shows_routes():
            return columns
        columns.append(literal_column("0", Integer).label("depth"))
        if self._uses_edge():
            ends = [link.c.input_id, link.c.output_id]
            if self.rule.partner == "descendant_id":
                ends.reverse()
            path = _text(ends[0]).concat(text_literal(",")).concat(_text(ends[1]))
            columns.append(path.label("path"))
        return columns

    def _next_columns(self, routes: Any, link: Any, *, forward: bool) -> list[Any]:  # noqa: ANN401 - aliases
        columns = (
            [routes.c.ancestor_id, link.c.output_id]
            if forward
            else [link.c.input_id, routes.c.descendant_id]
        )
        if not self._shows_routes():
            return columns
        columns.append(routes.c.depth + literal_column("1", Integer))
        if self._uses_edge():
            added = _text(columns[1] if forward else columns[0])
            at_end = forward == (self.rule.partner == "ancestor_id")
            parts = [routes.c.path, added] if at_end else [added, routes.c.path]
            columns.append(parts[0].concat(text_literal(",")).concat(parts[1]))
        return columns

    def _depth_bounds(self, routes: Any) -> list[Any]:  # noqa: ANN401 - an alias
        """Return the conditions on the depth, which end a route."""
        bounds = []
        depth = routes.c.depth if self._shows_routes() else None
        for part in self.plan.conditions_on({self.join.edge}):
            if isinstance(part, Comparison) and part.target.field.name == "depth":
                value = self.predicates.bind(part.operand)
                if part.relation in (Relation.LESS, Relation.LESS_EQUAL, Relation.EQUAL):
                    bounds.append(depth < value)
        return bounds

    def _is_far_end_known(self) -> bool:
        """Return whether an id or uuid names the joined vertex, and none names the other end."""
        far = self.plan.conditions_on({self.source.tag})
        near = self.plan.conditions_on({source.tag for source in self._chain()})
        return any(map(_names_one, far)) and not any(map(_names_one, near))

    def _far_starts(self) -> Select[Any]:
        """Return the ids of the joined vertex that fulfil its conditions."""
        table = self.source.entity.table.alias(f"{self.name}_end")
        inner = self.predicates.on(lambda _: table)
        conditions = self.plan.conditions_on({self.source.tag})
        return select(table.c.id).where(*(inner.write(part) for part in conditions))

    def _near_starts(self) -> Select[Any] | None:
        """Return the ids of the partner that fulfil the conditions on its chain; None for all."""
        chain = self._chain()
        tags = {source.tag for source in chain}
        edges = {source.join.edge for source in chain[1:] if source.join}
        conditions = self.plan.conditions_on(tags | edges)
        if not conditions and len(chain) == 1 and chain[0].join is None:
            return None
        tables: dict[str, Any] = {}
        start = self._joined_chain(chain, tables)
        inner = self.predicates.on(tables.__getitem__)
        written = [inner.write(part) for part in conditions]
        return select(tables[chain[-1].tag].c.id).select_from(start).where(*written)

    def _chain(self) -> list[Source]:
        """Return the vertices from the nearest closure, or the first one, to the partner."""
        by_tag = {source.tag: source for source in self.plan.sources}
        chain = [by_tag[self.join.partner]]
        while chain[0].join is not None and not isinstance(chain[0].join.rule, ClosureJoin):
            chain.insert(0, by_tag[chain[0].join.partner])
        return chain

    def _joined_chain(self, chain: list[Source], tables: dict[str, Any]) -> FromClause:
        """Return the joined chain under aliases of its own, which are added to `tables` by tag."""
        first = chain[0]
        tables[first.tag] = first.entity.table.alias(f"{self.name}_0")
        found: Any = tables[first.tag]
        if first.join is not None and isinstance(first.join.rule, ClosureJoin):
            closure = self.before[first.join.edge].alias(f"{self.name}_before")
            found = found.join(closure, closure.c[first.join.rule.own] == found.c.id)
        for index, source in enumerate(chain[1:], 1):
            if source.join is None:
                raise TypeError(source)
            rule, edge = source.join.rule, None
            table = tables[source.tag] = source.entity.table.alias(f"{self.name}_{index}")
            if isinstance(rule, EdgeJoin):
                edge = tables[source.join.edge] = rule.table.alias(f"{self.name}_e{index}")
            found = joined(found, replace(source.join, outer=False), tables, table, edge)
        return found  # type: ignore[no-any-return]


def _text(column: Any) -> Any:  # noqa: ANN401 - a column
    return cast(column, Text)


def _is_followed(link: Any) -> Any:  # noqa: ANN401 - an alias
    return and_(link.c.type.in_([text_literal(name) for name in FOLLOWED]))


def _names_one(condition: Condition) -> bool:
    """Return whether a condition names nodes by id or uuid."""
    if isinstance(condition, Comparison):
        is_equal = condition.relation is Relation.EQUAL and not condition.as_text
        return is_equal and condition.target.field.name in IDENTITIES
    if isinstance(condition, Membership):
        return condition.target.field.name in IDENTITIES
    return isinstance(condition, Span) and condition.target.field.kind is Kind.UUID
