"""The nodes that are related to given ones: by links, by closures, by groups. Floor: query."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from provender.query.plan.conditions import NodeRelation
from provender.query.plan.joins import FOLLOWED
from provender.query.sql.forms import SqlForms, text_literal
from provender.schema import tables
from provender.schema.entities import Kind
from provender.schema.processes import CALLS, INPUTS, OUTPUTS

# No types: links of any type.
ANY: tuple[str, ...] = ()
# The links to one step away: their types, the column of the given node, and that of the related.
STEPS: dict[NodeRelation, tuple[tuple[str, ...], str, str]] = {
    NodeRelation.INPUT_OF: (INPUTS, "output_id", "input_id"),
    NodeRelation.OUTPUT_OF: (OUTPUTS, "input_id", "output_id"),
    NodeRelation.CALLED_BY: (CALLS, "input_id", "output_id"),
    NodeRelation.CALLER_OF: (CALLS, "output_id", "input_id"),
    NodeRelation.WITH_INCOMING: (ANY, "input_id", "output_id"),
    NodeRelation.WITH_OUTGOING: (ANY, "output_id", "input_id"),
}
# The same for each step of a closure.
CLOSURES = {
    NodeRelation.ANCESTOR_OF: ("output_id", "input_id"),
    NodeRelation.DESCENDANT_OF: ("input_id", "output_id"),
}


def related_ids(relation: NodeRelation, forms: SqlForms, near: Any, name: str) -> Select[Any]:  # noqa: ANN401 - a bound list
    """Return the ids of the nodes that are related to one of those in a bound list.

    A closure starts at the given nodes and merges its routes (`UNION`), as `closures.Closure` does.
    `name` makes the name of its table unique in the statement.
    """
    if relation is NodeRelation.GROUP:
        member = tables.MEMBERSHIP.alias(f"member_{name}")
        is_given = forms.member(member.c.dbgroup_id, near, Kind.INTEGER)
        return select(member.c.dbnode_id).where(is_given)
    if relation in STEPS:
        types, given, wanted = STEPS[relation]
        link = tables.LINK.alias(f"link_{name}")
        is_given = forms.member(link.c[given], near, Kind.INTEGER)
        found = select(link.c[wanted]).where(is_given)
        return found.where(_is_of(link, types)) if types else found
    given, wanted = CLOSURES[relation]
    link = tables.LINK.alias(f"first_{name}")
    is_given = forms.member(link.c[given], near, Kind.INTEGER)
    start = select(link.c[wanted].label("id")).where(is_given, _is_of(link, FOLLOWED))
    closure = start.cte(f"related_{name}", recursive=True)
    link = tables.LINK.alias(f"next_{name}")
    step = select(link.c[wanted]).select_from(closure.join(link, link.c[given] == closure.c.id))
    closure = closure.union(step.where(_is_of(link, FOLLOWED)))
    return select(closure.c.id)


def _is_of(link: Any, types: tuple[str, ...]) -> Any:  # noqa: ANN401 - an alias, a condition
    return link.c.type.in_([text_literal(name) for name in types])
