"""Nodes and groups that a selection names, and its rows narrowed by them. Floor: translators."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from provender.errors import AmbiguousIdentifier, BadRequest, NoSuchEntity
from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.conditions import NodeRelation
from provender.query.plan.expense import WIDE
from provender.query.plan.patterns import is_uuid_prefix
from provender.query.plan.plan import Plan
from provender.query.plan.views import whole_vocabulary
from provender.query.querydict import TYPE_OF_ENTITY, Filter, QueryDict
from provender.query.querystring import relations
from provender.query.querystring.parameter import Parameters
from provender.schema.entities import ENTITIES, Entity
from provender.translators.session import Session

# Characters of the beginning of a uuid that names a group: fewer are more likely a label.
SHORTEST_PREFIX = 8


@dataclass(frozen=True, slots=True)
class Named:
    """A relation, and the node or group that a client names for it."""

    relation: NodeRelation
    text: str


class Relations:
    """The relations of a selection: all of them hold.

    Raises:
        BadRequest: a value that cannot be the beginning of a uuid.
    """

    def __init__(self, parameters: Parameters) -> None:
        self.named = tuple(Named(*pair) for pair in relations.given(parameters))
        for named in self.named:
            if named.relation is not NodeRelation.GROUP and not is_uuid_prefix(named.text.lower()):
                raise BadRequest(
                    f"`{named.relation.value}` takes a uuid or its beginning, not `{named.text}`."
                )

    @property
    def is_wide(self) -> bool:
        """Whether a relation may hold for very many nodes."""
        return any(named.relation in WIDE for named in self.named)

    def narrow(self, plan: Plan, tag: str, session: Session) -> Plan:
        """Return the plan of those rows whose node with this tag has all relations.

        Raises:
            NoSuchEntity: no node or group is named like that.
            AmbiguousIdentifier: several uuids begin like that.
        """
        for named in self.named:
            plan = questions.related(plan, tag, named.relation, _pks(named, session))
        return plan


def _pks(named: Named, session: Session) -> tuple[int, ...]:
    if named.relation is not NodeRelation.GROUP:
        return (_by_uuid(ENTITIES["node"], named, session),)
    found = session.rows(_by_label(named.text))
    if found:
        return tuple(pk for (pk,) in found)
    if len(named.text) >= SHORTEST_PREFIX and is_uuid_prefix(named.text.lower()):
        return (_by_uuid(ENTITIES["group"], named, session),)
    raise NoSuchEntity(f"No group has the label `{named.text}`.")


def _by_uuid(entity: Entity, named: Named, session: Session) -> int:
    prefix = named.text.lower()
    found = session.rows(_beginning(entity, prefix))
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


def _beginning(entity: Entity, prefix: str) -> Plan:
    """Return the plan of the ids of two things at most whose uuids begin like that."""
    return _found(entity, {"uuid": {"like": f"{prefix}%"}}, 2)


def _by_label(label: str) -> Plan:
    """Return the plan of the ids of all groups with a label: labels are unique for a type only."""
    return _found(ENTITIES["group"], {"label": {"==": label}}, None)


def _found(entity: Entity, wanted: Filter, limit: int | None) -> Plan:
    question = {**_ids(entity.name), "filters": {entity.name: wanted}, "limit": limit}
    return planning.check(question, {entity.name: whole_vocabulary(entity)})  # type: ignore[arg-type] # a query dict with more


@cache
def _ids(entity: str) -> QueryDict:
    return {
        "path": [{"entity_type": TYPE_OF_ENTITY[entity], "tag": entity}],
        "project": {entity: ["id"]},
        "order_by": [{entity: [{"id": "asc"}]}],
    }
