"""The tables of an AiiDA database and the revisions that are read. Floor: store.

Source: AiiDA 2.x, schema `main_0001` and `main_0002` (equal tables). Columns have no database
types here: values are converted by `query.sql.forms`, the same for both databases.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import Column, Integer, MetaData, Table, Text

from provender.errors import UnsupportedStore

METADATA = MetaData()


def _table(name: str, *columns: str) -> Table:
    kinds = (Column(item, Text) for item in columns)
    return Table(name, METADATA, Column("id", Integer, primary_key=True), *kinds)


USER = _table("db_dbuser", "email", "first_name", "last_name", "institution")
COMPUTER = _table(
    "db_dbcomputer",
    *("uuid", "label", "hostname", "description", "scheduler_type", "transport_type", "metadata"),
)
AUTHINFO = _table(
    "db_dbauthinfo", "aiidauser_id", "dbcomputer_id", "metadata", "auth_params", "enabled"
)
GROUP = _table(
    "db_dbgroup", "uuid", "label", "type_string", "time", "description", "extras", "user_id"
)
MEMBERSHIP = _table("db_dbgroup_dbnodes", "dbnode_id", "dbgroup_id")
NODE = _table(
    "db_dbnode",
    *("uuid", "node_type", "process_type", "label", "description", "ctime", "mtime"),
    *("attributes", "extras", "repository_metadata", "dbcomputer_id", "user_id"),
)
COMMENT = _table("db_dbcomment", "uuid", "dbnode_id", "ctime", "mtime", "user_id", "content")
LOG = _table(
    "db_dblog", "uuid", "time", "loggername", "levelname", "dbnode_id", "message", "metadata"
)
LINK = _table("db_dblink", "input_id", "output_id", "label", "type")

# A table that no store has: the rows found along links.
CLOSURE = Table(
    "closure",
    MetaData(),
    *(Column(item, Integer) for item in ("ancestor_id", "descendant_id", "depth")),
    Column("path", Text),
)

# The tables that every store has; settings and the revision are read if they exist.
REQUIRED: tuple[Table, ...] = (
    USER, COMPUTER, AUTHINFO, GROUP, MEMBERSHIP, NODE, COMMENT, LOG, LINK,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Index:
    """An index that AiiDA creates: `pattern` marks PostgreSQL's `varchar_pattern_ops`."""

    table: str
    column: str
    pattern: bool = False


def _indexes(table: str, plain: str, pattern: str = "") -> tuple[Index, ...]:
    return (
        *(Index(table, column) for column in plain.split()),
        *(Index(table, column, pattern=True) for column in pattern.split()),
    )


# The indexes of a freshly made store. Names differ between stores, so only columns count.
INDEXES: tuple[Index, ...] = (
    *_indexes("db_dbuser", "email", "email"),
    *_indexes("db_dbcomputer", "uuid label", "label"),
    *_indexes("db_dbauthinfo", "aiidauser_id dbcomputer_id"),
    *_indexes("db_dbgroup", "uuid label type_string user_id", "label type_string"),
    *_indexes("db_dbgroup_dbnodes", "dbnode_id dbgroup_id"),
    *_indexes(
        "db_dbnode",
        "uuid node_type process_type label ctime mtime dbcomputer_id user_id",
        "node_type process_type label",
    ),
    *_indexes("db_dbcomment", "uuid dbnode_id user_id"),
    *_indexes("db_dblog", "uuid loggername levelname dbnode_id", "loggername levelname"),
    *_indexes("db_dblink", "input_id output_id label type", "label type"),
)

REVISIONS = ("main_0001", "main_0002")
OLD_DATABASE = re.compile(r"django_\w+|[0-9a-f]{11,12}")
NUMBERED = re.compile(r"main_(\d{4})")


def check_database_revision(revision: str | None, name: str) -> None:
    """Raise `UnsupportedStore` unless a database of this `alembic_version` can be read.

    `name` is the name of the store in the message; None stands for a missing revision.
    """
    if revision is None:
        raise UnsupportedStore(
            f"{name} is not an AiiDA database: it has no schema version.",
            hint="Initialise the profile with AiiDA first.",
        )
    if OLD_DATABASE.fullmatch(revision):
        raise UnsupportedStore(
            f"{name} has the schema version {revision} of AiiDA 1.x, which is too old.",
            hint="Upgrade it with AiiDA 2: verdi -p PROFILE storage migrate",
        )
    check_revision(revision, name)


def check_revision(revision: str, name: str) -> None:
    """Raise `UnsupportedStore` unless a database or an archive of this version can be read."""
    if revision in REVISIONS:
        return
    numbered, newest = NUMBERED.fullmatch(revision), REVISIONS[-1]
    if numbered and int(numbered[1]) > int(newest[-4:]):
        raise UnsupportedStore(
            f"{name} has the schema version {revision}, newer than {newest}, the newest that "
            "this server knows.",
            hint="It was written by a newer AiiDA; use a newer Provender.",
        )
    raise UnsupportedStore(f"{name} has an unknown schema version: {revision[:60]!r}.")
