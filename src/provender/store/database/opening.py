"""How a transaction begins on PostgreSQL, and how its snapshot gets a token. Floor: store.

All settings are made inside the transaction, in one round trip. Settings of a session would leak to
other clients, or be refused, behind a pooler in transaction mode.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg2 import errors

from provender.schema.statements import Record
from provender.store.database.fetching import fetched

LOGGER = logging.getLogger(__name__)

# The name of a running server, equal in all sessions.
SERVER = "extract(epoch FROM pg_postmaster_start_time())"
# The token of a snapshot. The path of a table names the database; no table has to be read for it.
SNAPSHOT = (
    f"concat_ws(' ', txid_current_snapshot(), {SERVER}, "
    "pg_relation_filepath('pg_catalog.pg_class'), (pg_control_checkpoint()).checkpoint_lsn)"
)

POSITION = f"pg_last_wal_replay_lsn() || ' ' || {SERVER}"
# Whether a standby has replayed everything it received. After a start the position of the receiver
# is behind that of the replay until new data comes; but a receiver that runs means that all older
# data has been replayed.
IS_SETTLED = (
    "pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() OR (pg_last_wal_receive_lsn() < "
    "pg_last_wal_replay_lsn() AND (pg_stat_get_wal_receiver()).pid IS NOT NULL)"
)

# Errors of a server that lacks, or refuses, the functions that name a snapshot.
NAMELESS = (errors.UndefinedFunction, errors.InsufficientPrivilege, errors.FeatureNotSupported)
# Seconds after its last answer for which a connection is taken to be alive.
WARM_SECONDS = 1.0
# One row with the token. `OFFSET 0` makes the server compute it once, not for each joined row.
NAME = f"(SELECT pg_is_in_recovery(), {SNAPSHOT} OFFSET 0) AS name"
MODE = "ISOLATION LEVEL REPEATABLE READ READ ONLY"
# Compiling hundreds of conditions takes longer than to evaluate them, and cannot be cancelled: the
# time-out strikes seconds late. Servers before version 11 do not know the setting.
NO_JIT = "SET LOCAL jit = off"
JIT_SINCE = 110_000
# Columns before those of a statement that is joined to the beginning: two of the token, one true.
JOINED = 3
# Declares a cursor that is planned as if all its rows were read, like a plain statement.
DECLARE = "SET LOCAL cursor_tuple_fraction = 1; DECLARE batches NO SCROLL CURSOR FOR"


@dataclass(frozen=True, slots=True)
class First:
    """The rows of the first statement of a transaction, and the token of its snapshot."""

    records: list[Record]
    token: str | None


class Opening:
    """Begins transactions and reads the tokens of their snapshots.

    A beginning takes one round trip, on a standby two. It takes none of its own if the first
    statement is sent together with it (`join`).

    On a primary, equal texts of `txid_current_snapshot` mean that the same transactions are
    visible. The rest of the token covers what this text does not. The start of the server tells
    servers apart: after a failover two primaries may have equal counters. The path of a table
    tells the databases of one server apart. The checkpoint tells the time before a crash from the
    time after it: the server may use the numbers of lost commits again, but only after a recovery,
    which ends with a checkpoint.

    On a standby the text leaves out running transactions, so the position of the replay is part of
    the token. The position names the data only while nothing is being replayed: a commit becomes
    visible before the position moves, earlier by the time to delete the files of dropped tables.
    So the position must be the same before and after the snapshot, and everything received must
    have been replayed; otherwise the snapshot has no token. The timeline is not part of the token:
    a standby follows another branch only after a new start.
    """

    def __init__(self, statement_seconds: float, hosts: int = 1) -> None:
        milliseconds = max(1, int(statement_seconds * 1000))
        self._settings = f"SET LOCAL statement_timeout = {milliseconds}; SET LOCAL timezone = 'UTC'"
        self._can_name = True
        self._can_join = hosts == 1  # where another host can take over, a hanging one shows sooner
        self._may_join = False

    def __call__(self, driver: Any, cursor: Any) -> str | None:  # noqa: ANN401 - the driver's
        """Begin a transaction and return the token of its snapshot."""
        if self._can_name:
            try:
                token = self._start(driver, cursor)
            except NAMELESS as error:
                LOGGER.warning(
                    "this database does not name its snapshots, so answers have no ETags: %s", error
                )
                self._can_name = False
                cursor.execute("ROLLBACK")
            else:
                self._may_join = self._can_join
                return token
        cursor.execute(self._begin(driver))
        return None

    def _begin(self, driver: Any, beginning: str = "BEGIN") -> str:  # noqa: ANN401 - the driver's
        """Return the SQL that begins a transaction on a connection."""
        begin = f"{beginning} {MODE}; {self._settings}"
        return f"{begin}; {NO_JIT}" if driver.server_version >= JIT_SINCE else begin

    def _start(self, driver: Any, cursor: Any) -> str | None:  # noqa: ANN401 - the driver's
        expected, before = driver.was_standby, None
        if expected:
            cursor.execute(f"SELECT {POSITION}")
            before = cursor.fetchone()[0]
        position = f"CASE WHEN {IS_SETTLED} THEN {POSITION} END" if expected else "NULL"
        names = f"SELECT pg_is_in_recovery(), {SNAPSHOT}, {position}"
        cursor.execute(f"{self._begin(driver)}; {names}")
        driver.was_standby, snapshot, after = cursor.fetchone()
        if driver.was_standby != expected:
            return None
        if not expected:
            return str(snapshot)
        return f"{snapshot} {after}" if after and after == before else None

    def may_join(self, driver: Any) -> bool:  # noqa: ANN401 - the driver's
        """Return whether the first statement may be sent together with the beginning.

        Not before a token was read once: until then a failure could come from either part. Not on
        a standby, whose tokens take two round trips. And only on a connection that answered a
        moment ago: with a statement in the beginning, a connection that hangs is noticed later.
        """
        is_warm = driver.used and time.monotonic() < driver.used + WARM_SECONDS
        return self._may_join and is_warm and not driver.was_standby

    def join(
        self,
        driver: Any,  # noqa: ANN401 - the driver's
        cursor: Any,  # noqa: ANN401 - the driver's
        statement: tuple[str, Mapping[str, object]],
        *,
        is_single: bool = False,
        batch: int | None = None,
        take: Callable[[], list[Record]] | None = None,
    ) -> First | None:
        """Begin, and return the rows of the first statement with the token of its snapshot.

        `statement` is SQL with its values.

        None if the token, or the statement, may not be read: then the caller begins without.

        The driver returns the rows of the last statement only, so each row begins with the columns
        of the token. Each row of the statement itself begins with true; a single row without it
        means that the statement has no rows. With a `batch` the rows stay in the cursor `batches`
        of the server, and the first are returned. `take` fetches the rows instead of all.
        """
        sql, values = statement
        text = f"SELECT name.*, joined.* FROM {NAME} LEFT JOIN ({sql}) AS joined ON true"  # noqa: S608 - ours
        if batch is not None:
            text = f"{DECLARE} {text}; FETCH {batch} FROM batches"
        # Statements sent together are one transaction, which ends after the last statement.
        begin = self._begin(driver, "SET TRANSACTION" if is_single else "BEGIN")
        try:
            cursor.execute(f"{begin}; {text}", values or None)
        except NAMELESS:
            self._may_join = False
            cursor.execute("ROLLBACK")
            return None
        records = fetched(cursor) if take is None else take()
        driver.was_standby, snapshot, present = records[0][:3]
        token = None if driver.was_standby else str(snapshot)
        return First([] if present is None else plain(records), token)


def plain(records: list[Record], columns: int = JOINED) -> list[Record]:
    """Return rows without the columns of the token, and without the one that is true."""
    return [record[columns:] for record in records]
