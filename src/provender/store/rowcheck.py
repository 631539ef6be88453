"""Looking for stored values that cannot be shown, in a sample of the rows. Floor: store."""

from __future__ import annotations

from dataclasses import dataclass

from provender.schema.entities import AUTHINFO, ENTITIES, Entity, Field
from provender.schema.statements import Flaws, Statement
from provender.store.database.snapshot import Snapshot

# What requests show; a role may lack the permission to read the private table.
SAMPLED = tuple(entity for entity in ENTITIES.values() if entity is not AUTHINFO)
# Rows that are read of each table, spread over its ids: a fraction of a second.
ROWS = 1000


@dataclass(frozen=True, slots=True)
class RowFault:
    """A value that cannot be shown: the table, the id of the row, the column, and why."""

    table: str
    pk: object
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rows:
    """The number of rows that were read, of the values that cannot be shown, the first of them."""

    read: int
    bad: int
    faults: tuple[RowFault, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    table: str
    field: Field
    is_hidden: bool = False


def sample(snapshot: Snapshot) -> Rows:
    """Return what is wrong with a sample of the rows of every table."""
    read, before = 0, snapshot.flaws
    snapshot.flaws = flaws = Flaws()
    for entity in SAMPLED:
        read += len(snapshot.run(_statement(entity, _step(snapshot, entity))))
    snapshot.flaws = before
    faults = tuple(
        RowFault(flaw.output.table, flaw.record[0], flaw.output.field.name, flaw.problem)
        for flaw in flaws.first
    )
    return Rows(read, flaws.number, faults)


def _step(snapshot: Snapshot, entity: Entity) -> int:
    table = entity.table.name
    ((number,),) = snapshot.read(f"SELECT count(*) FROM {table}")  # noqa: S608 - our names
    return max(1, int(number) // ROWS)


def _statement(entity: Entity, step: int) -> Statement:
    """Return the statement of every `step`-th row of a table, its id first."""
    fields = tuple(entity.fields.values())
    names = ", ".join(field.name for field in fields)
    text = (
        f"SELECT {names} FROM {entity.table.name} "  # noqa: S608 - our names
        f"WHERE id - id / {step} * {step} = 0 ORDER BY id LIMIT {2 * ROWS}"
    )
    kinds = tuple(field.kind for field in fields)
    columns = tuple(_Column(entity.table.name, field) for field in fields)
    return Statement(text, {}, kinds, outputs=columns)
