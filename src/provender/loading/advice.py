"""Indexes that exist, and the size and the present cost of missing ones. Floor: loading.

Everything is read in read-only transactions, like a request.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

from provender.errors import QueryTimeout
from provender.loading.candidates import CANDIDATES, Candidate, standard
from provender.query.plan import planning
from provender.query.plan.views import whole_vocabulary
from provender.query.sql import compiler
from provender.schema.entities import ENTITIES
from provender.schema.statements import Backend, Record, Statement
from provender.settings import Settings
from provender.store.cache import CacheFolder
from provender.store.database.reader import Reader
from provender.store.database.snapshot import Snapshot
from provender.store.inspection import missing_indexes
from provender.store.profiles import Profile
from provender.store.progress import Progress
from provender.store.stores import open_store

PRESENT = (
    "SELECT c.relname, t.relname, i.indisvalid, pg_get_indexdef(i.indexrelid) "
    "FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid "
    "JOIN pg_catalog.pg_class t ON t.oid = i.indrelid "
    "WHERE pg_catalog.pg_table_is_visible(t.oid)"
)
WIDTHS = (
    "SELECT attname, avg_width, n_distinct FROM pg_catalog.pg_stats "
    "WHERE tablename = %(table)s AND schemaname = ANY(current_schemas(false))"
)
ROWS = "SELECT reltuples::bigint FROM pg_catalog.pg_class WHERE oid = %(table)s::regclass"
EXPLAIN = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "
# Of an entry beside its values: header and pointer (PostgreSQL, "Database Page Layout").
ENTRY_BYTES = 12
# Of an entry whose values many rows share: 7.0 and 7.4 measured.
SHARED_BYTES = 7
# Rows per value from which entries are taken to be shared.
SHARING = 100
# Bytes of a value of a table that was never analysed.
UNKNOWN_WIDTH = 16
FILLED = 0.9
RUNS = 3
# Milliseconds from which one run is enough.
SLOW = 1000.0


class State(Enum):
    """Whether an index exists; an invalid index is left behind by a run that was stopped."""

    MISSING = "missing"
    PRESENT = "present"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Advice:
    """The facts on a candidate: `bytes` is an estimate, `now` the milliseconds of its query.

    `now` is None if no statement was timed, and infinite if the statement time-out struck.
    """

    candidate: Candidate
    state: State
    bytes: int
    now: float | None

    @property
    def is_missing(self) -> bool:
        """Whether it can be made."""
        return self.state is State.MISSING

    @property
    def is_wanted(self) -> bool:
        """Whether the index is made without being named."""
        return self.is_missing and not self.candidate.only_by_name

    @property
    def is_invalid(self) -> bool:
        """Whether it must be removed first."""
        return self.state is State.INVALID


@contextmanager
def reading(target: Profile, settings: Settings) -> Iterator[Reader]:
    """Give a reader of the database, checked to be one of AiiDA; it cannot write.

    Raises:
        StoreUnreachable, UnsupportedStore: as `open_store`.
    """
    store = open_store(target, settings, CacheFolder(settings.cache))
    try:
        yield store.reader
    finally:
        store.close()


def advise(reader: Reader, progress: Progress) -> list[Advice]:
    """Return the facts on each candidate; the typical query of a missing index is run and timed."""
    lacking = reader.within(lambda snapshot: missing_indexes(snapshot, reader.backend))
    present = reader.within(lambda snapshot: snapshot.read(PRESENT))
    candidates = (*map(standard, lacking), *CANDIDATES)
    found = []
    for candidate in candidates:
        state = _state(candidate, present)
        size = reader.within(lambda snapshot, it=candidate: _estimate(snapshot, it))  # type: ignore[misc]
        now = measure(reader, candidate) if state is State.MISSING else None
        found.append(Advice(candidate, state, size, now))
        progress("typical requests", len(found), len(candidates))
    return found


def measure(reader: Reader, candidate: Candidate) -> float | None:
    """Return the milliseconds that the typical query of a candidate takes now.

    None if the store has no value to query for; infinite if the statement time-out struck.
    """
    try:
        return reader.within(lambda snapshot: _milliseconds(snapshot, candidate))
    except QueryTimeout:
        return math.inf


def _milliseconds(snapshot: Snapshot, candidate: Candidate) -> float | None:
    values = snapshot.read(candidate.sample)
    if candidate.question is None or not values:
        return None
    statement = statement_of(candidate, values[0][0])
    times: list[float] = []
    while len(times) < RUNS and not (times and times[0] > SLOW):
        rows = snapshot.read(EXPLAIN + statement.text, statement.values)
        times.append(rows[0][0][0]["Execution Time"])
    return statistics.median(times)


def statement_of(candidate: Candidate, value: object) -> Statement:
    """Return the SQL that a request with the typical question runs."""
    question = candidate.question(value) if candidate.question else {}
    names = {name: whole_vocabulary(entity) for name, entity in ENTITIES.items()}
    checked = planning.check(question, names)
    if candidate.is_count:
        return compiler.compile_groups(checked, Backend.POSTGRESQL)
    return compiler.compile_plan(checked, Backend.POSTGRESQL, with_count=False).rows


def _state(candidate: Candidate, present: Sequence[Record]) -> State:
    """Return whether an index of this name, or a valid one with the same columns, is there."""
    same = f"USING {candidate.definition}"
    for name, table, is_valid, definition in present:
        if name == candidate.name:
            return State.PRESENT if is_valid else State.INVALID
        if is_valid and table == candidate.table and definition.endswith(same):
            return State.PRESENT
    return State.MISSING


def _estimate(snapshot: Snapshot, candidate: Candidate) -> int:
    """Return the bytes that an index will take, from the planner's statistics."""
    values = {"table": candidate.table}
    rows = snapshot.read(ROWS, values)[0][0]
    if rows <= 0:  # never analysed
        rows = snapshot.read(f"SELECT count(*) FROM {candidate.table}")[0][0]  # noqa: S608 - our names
    found = {name: (width, distinct) for name, width, distinct in snapshot.read(WIDTHS, values)}
    columns = [part.split()[0].strip('"') for part in candidate.columns.split(",")]
    known = [found[name] for name in columns if name in found]
    is_shared = bool(known) and all(0 <= distinct < rows / SHARING for _, distinct in known)
    if candidate.row_bytes or is_shared:
        return int(rows * (candidate.row_bytes or SHARED_BYTES))
    width = sum(width for width, _ in known) or UNKNOWN_WIDTH * len(columns)
    return int(rows * (ENTRY_BYTES + -(-width // 8) * 8) / FILLED)
