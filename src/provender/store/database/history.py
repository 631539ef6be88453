"""What tells which transactions a snapshot shows, and of which database. Floor: store.

Source: PostgreSQL, "System Columns" (`xmin`) and "Transaction ID and Snapshot Information
Functions". A number of a transaction that all snapshots from some time on show, or that has failed,
lies below the oldest one that still runs. Numbers of subtransactions are no part of a snapshot, but
each is larger than that of its transaction.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from provender.errors import NotServed
from provender.schema.statements import Backend
from provender.store.database.opening import NAMELESS
from provender.store.database.snapshot import Snapshot

# Tables whose rows have a writer: plain ones, and those in parts.
WITH_WRITERS = ("r", "p")
# What names the past of a table: the cluster, the database, the table, and the branch of the WAL.
# After a crash the server may give numbers of lost transactions again. It never keeps its
# statistics then, so the time since when there are some tells of it.
NAMES = (
    "(SELECT system_identifier FROM pg_control_system())",
    "(SELECT oid FROM pg_database WHERE datname = current_database())",
    "c.oid",
    "substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)",
    "extract(epoch FROM pg_stat_get_bgwriter_stat_reset_time())",
)
# On a standby the position of the WAL cannot be asked for, so nothing is.
NAME = f"CASE WHEN pg_is_in_recovery() THEN NULL ELSE concat_ws(' ', {', '.join(NAMES)}) END"
COLUMNS = (
    "pg_is_in_recovery(), c.relkind::text, txid_snapshot_xmin(s), txid_snapshot_xmax(s), "
    "pg_relation_size(c.oid)"
)
SOURCES = "txid_current_snapshot() AS s, pg_class AS c"
IS_TABLE = "c.oid = 'db_dbnode'::regclass"
HISTORY = f"SELECT {COLUMNS}, {NAME} FROM {SOURCES} WHERE {IS_TABLE}"  # noqa: S608 - ours
NAME_LENGTH = 16
UNKNOWN = "What changed in this store cannot be told: "


@dataclass(frozen=True, slots=True)
class History:
    """Which transactions a snapshot shows.

    `name` is that of the past: numbers of two histories of the same name mean the same
    transactions. No transaction below `horizon` runs any more, and none from `end` on is shown.
    If it `is_opaque`, rows do not tell which transaction wrote them: then `horizon` and `end` are
    the same number, which is another one after each change. `size` is that of the table in bytes,
    without values that are stored apart; 0 if nobody needs it.
    """

    name: str
    horizon: int
    end: int
    size: int = 0
    is_opaque: bool = False


# All of a file that nobody writes is as if of one transaction, number 0.
OF_CONTENT = 1
NUMBER_LENGTH = 15


def read_history(snapshot: Snapshot) -> History:
    """Return which transactions a snapshot shows.

    Raises:
        NotServed: the database does not tell.
    """
    if snapshot.backend is Backend.SQLITE:
        return _of_sqlite(snapshot)
    try:
        (is_standby, kind, horizon, end, size, name), *_ = snapshot.read(HISTORY)
    except NAMELESS as error:
        raise NotServed(
            f"{UNKNOWN}the database does not name its transactions.",
            reason=str(error),
        ) from error
    if is_standby:
        raise NotServed(
            f"{UNKNOWN}it is read from a standby, which does not know what runs on the primary.",
            hint="A profile of the primary tells it.",
        )
    if kind not in WITH_WRITERS:
        raise NotServed(f"{UNKNOWN}`db_dbnode` is not a table of this database.")
    return History(_short(name), horizon, end, size)


def _of_sqlite(snapshot: Snapshot) -> History:
    """Return the history of a file: SQLite notes that it changed, but not what."""
    file = snapshot.file
    if file.content is not None:
        return History(_short(file.content), OF_CONTENT, OF_CONTENT)
    if snapshot.token is None:
        raise NotServed(f"{UNKNOWN}its file does not tell when it changed.")
    digest = hashlib.sha256(snapshot.token.encode()).hexdigest()
    number = OF_CONTENT + int(digest[:NUMBER_LENGTH], 16)
    return History(_short(repr(file.key)), number, number, is_opaque=True)


def _short(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:NAME_LENGTH]
