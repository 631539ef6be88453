"""What the pks of users and computers stand for. Floor: translators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.facets import Facet, Form
from provender.query.plan.views import whole_vocabulary
from provender.query.querydict import TYPE_OF_ENTITY, QueryDict
from provender.schema.entities import ENTITIES
from provender.schema.statements import Record as Values
from provender.translators.processes.rows import full_name
from provender.translators.session import Session

# What a column of nodes points to, and the columns of that which name it.
COMPANIONS = {
    "user_id": ("user", ("first_name", "last_name")),
    "dbcomputer_id": ("computer", ("label",)),
}


def labels(
    facet: Facet, rows: Sequence[Values], session: Session
) -> Mapping[int, str | None] | None:
    """Return the names of the users or computers of a facet by pk; None for any other facet."""
    companion = COMPANIONS.get(facet.target.field.name)
    if companion is None or facet.form is not Form.VALUE or facet.target.path is not None:
        return None
    tag, columns = companion
    question: QueryDict = {
        "path": [{"entity_type": TYPE_OF_ENTITY[tag], "tag": tag}],
        "project": {tag: ["id", *columns]},
    }
    plan = planning.check(question, {tag: whole_vocabulary(ENTITIES[tag])})
    pks = {int(row[1]) for row in rows if row[1] is not None}
    found = session.rows(questions.among(plan, tag, "id", pks))
    return {pk: full_name(*texts) if tag == "user" else texts[0] for pk, *texts in found}
