"""Walks along links as recursive tables: closures of ancestors and descendants. Floor: query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
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
from provender.query.plan.joins import WALKED, ClosureJoin, ColumnJoin, EdgeJoin
from provender.query.plan.plan import Join, Plan, Source
from provender.query.sql.forms import text_literal
from provender.query.sql.predicates import Predicates
from provender.schema import tables
from provender.schema.entities import Kind

IDENTITIES = ("id", "uuid")


def joined(before: Any, join: Join, by_tag: Mapping[str, Any], table: Any, edge: Any) -> Any:  # noqa: ANN401 - tables under aliases
    """Return a FROM clause with one vertex more; `edge` is the table between, if there is one."""
    rule, partner = join.rule, by_tag[join.partner]
    if isinstance(rule, ColumnJoin):
        same = table.c[rule.own] == partner.c[rule.partner]
        return before.join(table, same, isouter=join.outer)
    outer_edge = join.outer and isinstance(rule, EdgeJoin) and rule.outer_edge
    found = before.join(edge, edge.c[rule.partner] == partner.c.id, isouter=outer_edge)
    if join.is_bare:
        return found
    return found.join(table, table.c.id == edge.c[rule.own], isouter=join.outer)


class Walk:
    """The table of all walks from the known end of a closure: one row for each route.

    Source of the forms: measured on a million nodes; the end with a known node is walked from,
    and routes are merged where nobody asks for them. `walks` are those of the plan so far, by
    the tags of their edges.
    """

    def __init__(
        self,
        plan: Plan,
        source: Source,
        name: str,
        predicates: Predicates,
        walks: Mapping[str, CTE],
    ) -> None:
        join = source.join
        if join is None or not isinstance(join.rule, ClosureJoin):
            raise TypeError(source)
        self._plan = plan
        self._source = source
        self._join = join
        self._rule = join.rule
        self._name = name
        self._predicates = predicates
        self._walks = walks

    def table(self) -> CTE:
        """Return the recursive table with the columns of an edge."""
        start = self._rule.own if self._is_far_end_known() else self._rule.partner
        forward = start == "ancestor_id"
        link = tables.LINK.alias(f"{self._name}_first")
        column = link.c.input_id if forward else link.c.output_id
        first = select(*self._first_columns(link)).where(_is_walked(link))
        starts = self._far_starts() if start == self._rule.own else self._near_starts()
        if starts is not None:
            first = first.where(column.in_(starts))
        walked = first.cte(self._name, recursive=True)
        link = tables.LINK.alias(f"{self._name}_next")
        step = self._next_columns(walked, link, forward=forward)
        end = walked.c.descendant_id if forward else walked.c.ancestor_id
        reached = link.c.input_id if forward else link.c.output_id
        following = (
            select(*step).select_from(walked.join(link, reached == end)).where(_is_walked(link))
        )
        following = following.where(*self._depth_bounds(walked))
        return walked.union_all(following) if self._shows_routes() else walked.union(following)

    def _shows_routes(self) -> bool:
        """Tell whether every route counts: unless only different rows do, and no edge is shown."""
        return not self._plan.distinct or self._uses_edge()

    def _uses_edge(self) -> bool:
        plan = self._plan
        used = [output.target for output in plan.outputs]
        used += [ordering.target for ordering in plan.order]
        used += [target for part in plan.condition.conditions for target in targets(part)]
        return any(target.tag == self._join.edge for target in used)

    def _first_columns(self, link: Any) -> list[Any]:  # noqa: ANN401 - an alias
        columns = [link.c.input_id.label("ancestor_id"), link.c.output_id.label("descendant_id")]
        if not self._shows_routes():
            return columns
        columns.append(literal_column("0", Integer).label("depth"))
        if self._uses_edge():
            ends = [link.c.input_id, link.c.output_id]
            if self._rule.partner == "descendant_id":
                ends.reverse()
            path = _text(ends[0]).concat(text_literal(",")).concat(_text(ends[1]))
            columns.append(path.label("path"))
        return columns

    def _next_columns(self, walked: Any, link: Any, *, forward: bool) -> list[Any]:  # noqa: ANN401 - aliases
        columns = (
            [walked.c.ancestor_id, link.c.output_id]
            if forward
            else [link.c.input_id, walked.c.descendant_id]
        )
        if not self._shows_routes():
            return columns
        columns.append(walked.c.depth + literal_column("1", Integer))
        if self._uses_edge():
            added = _text(columns[1] if forward else columns[0])
            at_end = forward == (self._rule.partner == "ancestor_id")
            parts = [walked.c.path, added] if at_end else [added, walked.c.path]
            columns.append(parts[0].concat(text_literal(",")).concat(parts[1]))
        return columns

    def _depth_bounds(self, walked: Any) -> list[Any]:  # noqa: ANN401 - an alias
        """Return the conditions that end a walk where the depths asked for end."""
        bounds = []
        depth = walked.c.depth if self._shows_routes() else None
        for part in self._plan.conditions_on({self._join.edge}):
            if isinstance(part, Comparison) and part.target.field.name == "depth":
                value = self._predicates.bind(part.operand)
                if part.relation in (Relation.LESS, Relation.LESS_EQUAL, Relation.EQUAL):
                    bounds.append(depth < value)
        return bounds

    def _is_far_end_known(self) -> bool:
        """Tell whether the joined vertex is named by id or uuid, and the other end is not."""
        far = self._plan.conditions_on({self._source.tag})
        near = self._plan.conditions_on({source.tag for source in self._chain()})
        return any(map(_names_one, far)) and not any(map(_names_one, near))

    def _far_starts(self) -> Select[Any]:
        """Return the ids of the joined vertex, by its own conditions."""
        table = self._source.entity.table.alias(f"{self._name}_end")
        inner = self._predicates.on(lambda _: table)
        conditions = self._plan.conditions_on({self._source.tag})
        return select(table.c.id).where(*(inner.write(part) for part in conditions))

    def _near_starts(self) -> Select[Any] | None:
        """Return the ids of the partner, by its conditions and those of what it hangs on."""
        chain = self._chain()
        tags = {source.tag for source in chain}
        edges = {source.join.edge for source in chain[1:] if source.join}
        conditions = self._plan.conditions_on(tags | edges)
        if not conditions and len(chain) == 1 and chain[0].join is None:
            return None
        tables: dict[str, Any] = {}
        start = self._joined_chain(chain, tables)
        inner = self._predicates.on(tables.__getitem__)
        written = [inner.write(part) for part in conditions]
        return select(tables[chain[-1].tag].c.id).select_from(start).where(*written)

    def _chain(self) -> list[Source]:
        """Return the vertices from the nearest walk, or the first one, to the partner."""
        by_tag = {source.tag: source for source in self._plan.sources}
        chain = [by_tag[self._join.partner]]
        while chain[0].join is not None and not isinstance(chain[0].join.rule, ClosureJoin):
            chain.insert(0, by_tag[chain[0].join.partner])
        return chain

    def _joined_chain(self, chain: list[Source], tables: dict[str, Any]) -> FromClause:
        """Return the chain joined, under aliases of its own, which `tables` receives."""
        first = chain[0]
        tables[first.tag] = first.entity.table.alias(f"{self._name}_0")
        found: Any = tables[first.tag]
        if first.join is not None and isinstance(first.join.rule, ClosureJoin):
            walk = self._walks[first.join.edge].alias(f"{self._name}_before")
            found = found.join(walk, walk.c[first.join.rule.own] == found.c.id)
        for index, source in enumerate(chain[1:], 1):
            if source.join is None:
                raise TypeError(source)
            rule, edge = source.join.rule, None
            table = tables[source.tag] = source.entity.table.alias(f"{self._name}_{index}")
            if isinstance(rule, EdgeJoin):
                edge = tables[source.join.edge] = rule.table.alias(f"{self._name}_e{index}")
            found = joined(found, replace(source.join, outer=False), tables, table, edge)
        return found  # type: ignore[no-any-return]


def _text(column: Any) -> Any:  # noqa: ANN401 - a column
    return cast(column, Text)


def _is_walked(link: Any) -> Any:  # noqa: ANN401 - an alias
    return and_(link.c.type.in_([text_literal(name) for name in WALKED]))


def _names_one(condition: Condition) -> bool:
    """Tell whether a condition names nodes by id or uuid."""
    if isinstance(condition, Comparison):
        is_equal = condition.relation is Relation.EQUAL and not condition.as_text
        return is_equal and condition.target.field.name in IDENTITIES
    if isinstance(condition, Membership):
        return condition.target.field.name in IDENTITIES
    return isinstance(condition, Span) and condition.target.field.kind is Kind.UUID
