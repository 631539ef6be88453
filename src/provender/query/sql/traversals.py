"""The nodes of a selection, and all that links lead to from them, as a recursive table.

Floor: query.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from sqlalchemy import CTE, Select, select, true, union_all

from provender.query.plan.plan import Output, Plan
from provender.query.plan.traversal import Traversal
from provender.query.sql.compiler import Write, Writer, compile_by
from provender.query.sql.forms import text_literal
from provender.schema.entities import NODE, Kind
from provender.schema.statements import Backend, Statement
from provender.schema.tables import LINK
from provender.schema.tables import NODE as NODES

# What is told of a node that is reached.
REACHED = ("id", "dbcomputer_id", "user_id", "uuid", "ctime")
Chosen = Select[tuple[int]]


def compile_traversal(plan: Plan, tag: str, traversal: Traversal, backend: Backend) -> Statement:
    """Return the statement of the nodes of a plan and of those that links lead to.

    `tag` is that of the nodes in the plan. Shape of a row: `REACHED`, and the id once more if the
    node is of the plan, else null.

    Example:
        nodes with `id > 5`, along `create` links forward, give `WITH chosen AS (SELECT id ...),
        RECURSIVE reached AS (SELECT id FROM chosen UNION SELECT output_id FROM reached JOIN
        db_dblink ...) SELECT ... FROM reached JOIN db_dbnode ...`.
    """
    target = plan.column(tag, "id")
    ids = replace(plan, outputs=(Output("id", target),), order=(), limit=None, offset=None)
    outputs = tuple(Output(name, replace(target, field=NODE.fields[name])) for name in REACHED)
    found = compile_by(_write(traversal), ids, backend)
    kinds = (*(output.kind for output in outputs), Kind.INTEGER)
    return replace(found, kinds=kinds, outputs=outputs)


@cache
def _write(traversal: Traversal) -> Write:
    """Return what writes the statement of a traversal; one object for each, as a key of caches."""

    def write(writer: Writer) -> Select[tuple[int]]:
        chosen = writer.rows().cte("chosen")
        start = select(chosen.c[0].label("id")).cte("reached", recursive=True)
        steps = _steps(start, traversal)
        if writer.backend is Backend.POSTGRESQL:
            # a recursive table may stand in one step only: both directions beside each other
            near = union_all(*(_near(start, step) for step in _sides(traversal))).lateral("near")
            steps = (select(near.c[0]).select_from(start.join(near, true())),)
        reached = start.union(*steps)
        told = [NODES.c[name] for name in REACHED]
        joined = reached.join(NODES, NODES.c.id == reached.c.id)
        joined = joined.outerjoin(chosen, chosen.c[0] == reached.c.id)
        return select(*told, chosen.c[0].label("chosen_id")).select_from(joined)

    return write


def _sides(traversal: Traversal) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Return the column where a link is entered, that where it leads, and its types."""
    return (
        ("input_id", "output_id", traversal.forward),
        ("output_id", "input_id", traversal.backward),
    )


def _near(reached: CTE, side: tuple[str, str, tuple[str, ...]]) -> Chosen:
    """Return the nodes that links lead to from each node that was reached."""
    entered, left, types = side
    link = LINK.alias()
    return (
        select(link.c[left])
        .where(link.c[entered] == reached.c.id)
        .where(link.c.type.in_([text_literal(name) for name in types]))
        .correlate(reached)
    )


def _steps(reached: CTE, traversal: Traversal) -> tuple[Chosen, ...]:
    """Return a step for each direction."""
    found = []
    for entered, left, types in _sides(traversal):
        link = LINK.alias()
        joined = reached.join(link, link.c[entered] == reached.c.id)
        step = select(link.c[left]).select_from(joined)
        found.append(step.where(link.c.type.in_([text_literal(name) for name in types])))
    return tuple(found)
