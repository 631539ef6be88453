"""The nodes of a selection: relations and queries found in the snapshot. Floor: translators."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from provender.errors import AmbiguousIdentifier, LimitExceeded, NoSuchEntity
from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.conditions import Conjunction, NodeRelation
from provender.query.plan.patterns import is_uuid_prefix
from provender.query.plan.plan import Plan
from provender.query.plan.views import whole_vocabulary
from provender.query.plan.where import Named, Where
from provender.query.querydict import TYPE_OF_ENTITY, Filter, QueryDict
from provender.schema.entities import ENTITIES, Entity
from provender.translators.session import Session

# Characters of the beginning of a uuid that names a group: fewer are more likely a label.
SHORTEST_PREFIX = 8
# Most nodes that a query may choose.
MOST_CHOSEN = 50_000


def with_conditions(plan: Plan, where: Where) -> Plan:
    """Return a plan with the conditions of a selection."""
    if not where.conditions:
        return plan
    every = (*plan.condition.conditions, *where.conditions)
    return planning.check_size(replace(plan, condition=Conjunction(every)))


def narrow(plan: Plan, tag: str, where: Where, session: Session) -> Plan:
    """Return the plan of those rows whose node with this tag has all relations of a selection.

    Raises:
        NoSuchEntity: no node or group is named like that.
        AmbiguousIdentifier: several uuids begin like that.
        LimitExceeded: the query of the selection chooses too many nodes.
    """
    for named in where.relations:
        plan = questions.related(plan, tag, named.relation, _pks(named, session))
    if where.query is not None:
        found = session.rows(where.query.at_most(MOST_CHOSEN + 1))
        if len(found) > MOST_CHOSEN:
            raise LimitExceeded(f"The query chooses more than {MOST_CHOSEN} nodes.")
        plan = questions.among(plan, tag, "id", [pk for (pk,) in found])
    return plan


def groups(where: Where, session: Session) -> tuple[int, ...]:
    """Return the ids of the groups that a selection names; errors as `narrow`."""
    named = (one for one in where.relations if one.relation is NodeRelation.GROUP)
    return tuple(dict.fromkeys(pk for one in named for pk in _pks(one, session)))


def _pks(named: Named, session: Session) -> tuple[int, ...]:
    if named.relation is not NodeRelation.GROUP:
        return (_by_uuid(ENTITIES["node"], named, session),)
    found = session.rows(_found(ENTITIES["group"], {"label": {"==": named.text}}, None))
    if found:
        return tuple(pk for (pk,) in found)
    if len(named.text) >= SHORTEST_PREFIX and is_uuid_prefix(named.text.lower()):
        return (_by_uuid(ENTITIES["group"], named, session),)
    raise NoSuchEntity(f"No group has the label `{named.text}`.")


def _by_uuid(entity: Entity, named: Named, session: Session) -> int:
    beginning = {"uuid": {"like": f"{named.text.lower()}%"}}
    found = session.rows(_found(entity, beginning, 2))
    if not found:
        raise NoSuchEntity(
            f"No {entity.name} has a uuid that begins with `{named.text}` "
            f"(`{named.relation.value}`)."
        )
    if len(found) > 1:
        raise AmbiguousIdentifier(
            f"More than one uuid begins with `{named.text}` (`{named.relation.value}`)."
        )
    return int(found[0][0])


def _found(entity: Entity, wanted: Filter, limit: int | None) -> Plan:
    """Return the plan of the ids of things; labels of groups are unique for a type only."""
    question: QueryDict = {**_ids(entity.name), "filters": {entity.name: wanted}, "limit": limit}
    return planning.check(question, {entity.name: whole_vocabulary(entity)})


@cache
def _ids(entity: str) -> QueryDict:
    return {
        "path": [{"entity_type": TYPE_OF_ENTITY[entity], "tag": entity}],
        "project": {entity: ["id"]},
        "order_by": [{entity: [{"id": "asc"}]}],
    }
