"""Which entities can be joined, by which keyword and over which columns. Floor: query.

Read `(X, "with_k", Y)`: the thing X is joined to an earlier Y. Links run from `input_id` to
`output_id`: X `with_outgoing` Y is an input of Y.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Table

from provender.schema import tables
from provender.schema.entities import CLOSURE, LINK, MEMBERSHIP, Entity


@dataclass(frozen=True, slots=True)
class ColumnJoin:
    """`own` column of X equals `partner` column of Y."""

    own: str
    partner: str


@dataclass(frozen=True)
class EdgeJoin:
    """A join over a table in between: column `own` is the id of X, column `partner` that of Y.

    `entity` describes the rows of this table. As in AiiDA, an outer join may lack the row in
    between only with `outer_edge`.
    """

    table: Table
    own: str
    partner: str
    entity: Entity
    outer_edge: bool = False

    def __hash__(self) -> int:
        return hash((self.table.name, self.own))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EdgeJoin) and (self.table.name, self.own) == (
            other.table.name,
            other.own,
        )


@dataclass(frozen=True, slots=True)
class ClosureJoin:
    """X is reached from Y along links of data; `own` and `partner` are its columns."""

    own: str
    partner: str


# The types of link that a closure follows: workflows are neither passed through nor reached.
FOLLOWED = ("create", "input_calc")
JoinRule = ColumnJoin | EdgeJoin | ClosureJoin

# The joins by entity of X, keyword and entity of Y.
JOINS: dict[tuple[str, str, str], JoinRule] = {
    ("node", "with_incoming", "node"): EdgeJoin(
        tables.LINK, "output_id", "input_id", LINK, outer_edge=True
    ),
    ("node", "with_outgoing", "node"): EdgeJoin(tables.LINK, "input_id", "output_id", LINK),
    ("node", "with_ancestors", "node"): ClosureJoin("descendant_id", "ancestor_id"),
    ("node", "with_descendants", "node"): ClosureJoin("ancestor_id", "descendant_id"),
    ("node", "with_group", "group"): EdgeJoin(
        tables.MEMBERSHIP, "dbnode_id", "dbgroup_id", MEMBERSHIP
    ),
    ("node", "with_computer", "computer"): ColumnJoin("dbcomputer_id", "id"),
    ("node", "with_user", "user"): ColumnJoin("user_id", "id"),
    ("node", "with_comment", "comment"): ColumnJoin("id", "dbnode_id"),
    ("node", "with_log", "log"): ColumnJoin("id", "dbnode_id"),
    ("group", "with_node", "node"): EdgeJoin(
        tables.MEMBERSHIP, "dbgroup_id", "dbnode_id", MEMBERSHIP
    ),
    ("group", "with_user", "user"): ColumnJoin("user_id", "id"),
    ("computer", "with_node", "node"): ColumnJoin("id", "dbcomputer_id"),
    ("user", "with_node", "node"): ColumnJoin("id", "user_id"),
    ("user", "with_group", "group"): ColumnJoin("id", "user_id"),
    ("user", "with_comment", "comment"): ColumnJoin("id", "user_id"),
    ("user", "with_authinfo", "authinfo"): ColumnJoin("id", "aiidauser_id"),
    ("comment", "with_node", "node"): ColumnJoin("dbnode_id", "id"),
    ("comment", "with_user", "user"): ColumnJoin("user_id", "id"),
    ("log", "with_node", "node"): ColumnJoin("dbnode_id", "id"),
    ("authinfo", "with_computer", "computer"): ColumnJoin("dbcomputer_id", "id"),
    ("authinfo", "with_user", "user"): ColumnJoin("aiidauser_id", "id"),
}


def edge_entity(rule: JoinRule) -> Entity | None:
    """Return the entity of the edge of a join, or None if the join has no edge."""
    if isinstance(rule, EdgeJoin):
        return rule.entity
    return CLOSURE if isinstance(rule, ClosureJoin) else None
