"""Making indexes while others read and write; no index is ever dropped. Floor: loading."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass

import psycopg2
from psycopg2.extensions import connection

from provender.errors import ConfigurationError, StoreError
from provender.loading.advice import Advice, measure
from provender.loading.candidates import CANDIDATES, Candidate
from provender.loading.target import connect, errors_of, patiently
from provender.store.database.reader import Reader
from provender.store.profiles import Profile
from provender.store.progress import Progress

BUILDING = (
    "SELECT phase, greatest(blocks_done, tuples_done, lockers_done), "
    "greatest(blocks_total, tuples_total, lockers_total) "
    "FROM pg_catalog.pg_stat_progress_create_index WHERE pid = %(pid)s"
)
# Whether the role owns a table: only the owner may make an index on it.
OWNED = (
    "SELECT c.relname, pg_catalog.pg_has_role(c.relowner, 'USAGE') FROM pg_catalog.pg_class c "
    "WHERE c.relname = ANY(%s) AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 1"
)
SESSION = (
    "SET statement_timeout = 0; SET lock_timeout = 0; SET client_min_messages = error; "
    "SET maintenance_work_mem = '256MB'"
)


@dataclass(frozen=True, slots=True)
class Made:
    """An index that was made: its bytes, the seconds it took, its question before and after."""

    candidate: Candidate
    bytes: int
    seconds: float
    before: float | None
    after: float | None


@contextmanager
def writing(target: Profile) -> Iterator[connection]:
    """Give a connection that makes indexes.

    Raises:
        ConfigurationError: the role does not own the tables, or the server is a standby.
    """
    with errors_of(target), closing(connect(target, autocommit=True)) as made:
        with made.cursor() as used:
            used.execute(SESSION)
            used.execute("SELECT pg_is_in_recovery(), current_user")
            is_standby, role = used.fetchone() or (False, "")
            used.execute(OWNED, (sorted({item.table for item in CANDIDATES}),))
            foreign = [table for table, is_owner in used.fetchall() if not is_owner]
        if is_standby:
            raise ConfigurationError(
                f"The server of `{target.name}` is a standby. Name the primary."
            )
        if foreign:
            raise ConfigurationError(
                f"The role `{role}` does not own the table {foreign[0]} of `{target.name}`.",
                hint="Only the owner may make an index. Name the owner in the URL.",
            )
        yield made


def make(made: connection, reader: Reader, advice: Advice, progress: Progress) -> Made:
    """Make an index while others read and write, and time its query before and after.

    Raises:
        StoreError: the run was stopped; the hint says how to remove the incomplete index.
    """
    candidate, begun = advice.candidate, time.monotonic()
    with made.cursor() as used:

        def create() -> None:
            used.execute(candidate.statement)

        try:
            patiently(made, create, lambda: _watch(made, reader, candidate.name, progress))
            if candidate.is_expression:  # nothing is known of its values yet
                used.execute(f"ANALYZE {candidate.table}")
        except (KeyboardInterrupt, psycopg2.Error) as error:
            raise StoreError(
                f"{candidate.name} was not completed.",
                hint=f"An incomplete index is useless: DROP INDEX IF EXISTS {candidate.name};",
                reason=str(error).strip() or "interrupted",
            ) from error
        seconds = time.monotonic() - begun
        used.execute("SELECT pg_relation_size(%s::regclass)", (candidate.name,))
        size = (used.fetchone() or (0,))[0]
    return Made(candidate, size, seconds, advice.now, measure(reader, candidate))


def _watch(made: connection, reader: Reader, name: str, progress: Progress) -> None:
    """Report the progress of the server; PostgreSQL 12 and later tell it."""
    pid = made.info.backend_pid
    with suppress(StoreError):  # progress is not worth failing for, nor is an old server
        rows = reader.within(lambda snapshot: snapshot.read(BUILDING, {"pid": pid}))
        for phase, done, total in rows:
            progress(f"{name}, {phase}", done, total)
