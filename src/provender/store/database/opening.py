"""How a transaction begins on PostgreSQL, and what names the data that it sees. Floor: store.

All that a transaction needs is set inside it, in one round trip: settings of the session would leak
or be refused behind a pooler in transaction mode.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any

from psycopg2 import errors

from provender.schema.statements import Record, Statement

LOGGER = logging.getLogger(__name__)

SERVER = "extract(epoch FROM pg_postmaster_start_time())"
"""The name of a running server, written alike in every session."""
SNAPSHOT = (
    f"concat_ws(' ', txid_current_snapshot(), {SERVER}, "
    "pg_relation_filepath('pg_catalog.pg_class'), (pg_control_checkpoint()).checkpoint_lsn)"
)
"""The name of a snapshot. The path of a table tells the database without a look into a table."""

POSITION = f"pg_last_wal_replay_lsn() || ' ' || {SERVER}"
IS_SETTLED = (
    "pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() OR (pg_last_wal_receive_lsn() < "
    "pg_last_wal_replay_lsn() AND (pg_stat_get_wal_receiver()).pid IS NOT NULL)"
)
"""Whether a standby has replayed all that it has. After its start the position of what it received
is behind until something new comes, but it asks for more only when it has replayed the rest."""

NAMELESS = (errors.UndefinedFunction, errors.InsufficientPrivilege, errors.FeatureNotSupported)
"""What a server says that does not have, or not give, what a name is made of."""
WARM_SECONDS = 1.0
"""Age up to which an answer says that a connection does not hang."""
NAME = f"(SELECT pg_is_in_recovery(), {SNAPSHOT} OFFSET 0) AS name"
"""One row, read once however many rows are joined to it: `OFFSET 0` keeps it apart."""
JOINED = "true"
"""Stands in front of each row of a statement that was joined to the beginning."""
DECLARE = "SET LOCAL cursor_tuple_fraction = 1; DECLARE batches NO SCROLL CURSOR FOR"
"""Begins a cursor that is planned as if all its rows were wanted, like a plain statement."""


@dataclass(frozen=True, slots=True)
class First:
    """The rows of the first statement of a transaction, and the name of their snapshot."""

    records: list[Record]
    token: str | None


class Opening:
    """Begins transactions and reads the names of their snapshots.

    That takes a round trip, two on a standby; none of its own where the first statement is sent
    with it (`join`).

    On a primary, two equal texts of a snapshot mean that the same transactions are visible. The
    rest of the name tells servers apart (two primaries may count alike after a failover), the
    databases of one, and the time before a crash from the time after it, which counts again what
    was committed and not yet on disk: recovery ends with a checkpoint.

    On a standby the text leaves out running transactions. The position of the replay names the
    data there, but only while nothing is being replayed: a commit shows before the position
    moves, by as long as it takes to delete the files of dropped tables. So the position before the
    snapshot has to be that after it, and of all that has arrived; else the snapshot has no name. A
    timeline is not needed: one that goes another way is followed only after a new start.
    """

    def __init__(self, statement_seconds: float, hosts: int = 1) -> None:
        milliseconds = max(1, int(statement_seconds * 1000))
        settings = f"SET LOCAL statement_timeout = {milliseconds}; SET LOCAL timezone = 'UTC'"
        mode = "ISOLATION LEVEL REPEATABLE READ READ ONLY"
        self._begin = f"BEGIN {mode}; {settings}"
        # Statements sent together are a transaction by themselves, which ends with the last one.
        self._begin_single = f"SET TRANSACTION {mode}; {settings}"
        names = f"SELECT pg_is_in_recovery(), {SNAPSHOT}, "
        self._on_primary = f"{self._begin}; {names} NULL"
        self._on_standby = f"{self._begin}; {names} CASE WHEN {IS_SETTLED} THEN {POSITION} END"
        self._can_name = True
        self._can_join = hosts == 1  # where another host can take over, a hanging one shows sooner
        self._may_join = False

    def __call__(self, driver: Any, cursor: Any) -> str | None:  # noqa: ANN401 - the driver's
        """Begin a transaction and return the name of its snapshot."""
        if self._can_name:
            try:
                token = self._start(driver, cursor)
            except NAMELESS as error:
                LOGGER.warning("this database does not name its snapshots, so no ETags: %s", error)
                self._can_name = False
                cursor.execute("ROLLBACK")
            else:
                self._may_join = self._can_join
                return token
        cursor.execute(self._begin)
        return None

    def _start(self, driver: Any, cursor: Any) -> str | None:  # noqa: ANN401 - the driver's
        expected, before = driver.was_standby, None
        if expected:
            cursor.execute(f"SELECT {POSITION}")
            before = cursor.fetchone()[0]
        cursor.execute(self._on_standby if expected else self._on_primary)
        driver.was_standby, snapshot, after = cursor.fetchone()
        if driver.was_standby != expected:
            return None
        if not expected:
            return str(snapshot)
        return f"{snapshot} {after}" if after and after == before else None

    def may_join(self, driver: Any) -> bool:  # noqa: ANN401 - the driver's
        """Tell whether the first statement may be sent with the beginning.

        Not before names were read here once, since a failure then could be of either; not on a
        standby; and only on a connection that answered just now, since one that hangs shows later.
        """
        is_warm = driver.used and time.monotonic() < driver.used + WARM_SECONDS
        return self._may_join and is_warm and not driver.was_standby

    def join(
        self,
        driver: Any,  # noqa: ANN401 - the driver's
        cursor: Any,  # noqa: ANN401 - the driver's
        statement: Statement,
        *,
        is_single: bool = False,
        batch: int | None = None,
    ) -> First | None:
        """Begin, and return the rows of the first statement with the name of its snapshot.

        None if the names, or the statement, may not be read: whoever asks begins anew, without.

        The driver gives the rows of the last statement only, so the name stands in front of each
        row; the one row without `JOINED` says that there are none. With a `batch` the rows stay in
        a cursor of the server, `batches`, and these are the first.
        """
        rows = f"SELECT {JOINED}, found.* FROM ({statement.text}) AS found"  # noqa: S608 - compiled
        text = f"SELECT name.*, joined.* FROM {NAME} LEFT JOIN ({rows}) AS joined ON true"  # noqa: S608 - ours
        if batch is not None:
            text = f"{DECLARE} {text}; FETCH {batch} FROM batches"
        begin = self._begin_single if is_single else self._begin
        try:
            cursor.execute(f"{begin}; {text}", statement.values or None)
        except NAMELESS:
            self._may_join = False
            cursor.execute("ROLLBACK")
            return None
        records: list[Record] = cursor.fetchall()
        driver.was_standby, snapshot, present = records[0][:3]
        token = None if driver.was_standby else str(snapshot)
        return First([] if present is None else plain(records), token)


def plain(records: list[Record]) -> list[Record]:
    """Return rows that were joined to the name of their snapshot without it."""
    return [record[3:] for record in records]
