"""The contents of a database: tables, revision, indexes. Floor: store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from provender.errors import UnsupportedStore
from provender.schema import tables
from provender.schema.statements import Backend
from provender.schema.tables import INDEXES, REQUIRED, Index, check_database_revision
from provender.store.database.snapshot import Snapshot

COLUMNS = {
    Backend.POSTGRESQL: (
        "SELECT c.relname, a.attname FROM pg_catalog.pg_class c "
        "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid "
        "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_catalog.pg_table_is_visible(c.oid) "
        "AND a.attnum > 0 AND NOT a.attisdropped AND left(c.relname, 3) <> 'pg_'"
    ),
    Backend.SQLITE: (
        "SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p "
        # no view, and no virtual table: what they compute may take for ever
        "WHERE m.type = 'table' AND m.rootpage > 0"
    ),
}
# Table, first column and kind of every index: the first column is what a query can use.
FIRST_COLUMNS = {
    Backend.POSTGRESQL: (
        "SELECT t.relname, a.attname, o.opcname LIKE '%%pattern_ops' "
        "FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class t ON t.oid = i.indrelid "
        "JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0] "
        "JOIN pg_catalog.pg_opclass o ON o.oid = i.indclass[0] "
        "WHERE i.indisvalid AND pg_catalog.pg_table_is_visible(t.oid) AND i.indpred IS NULL"
    ),
    Backend.SQLITE: (
        "SELECT m.name, c.name, 0 FROM sqlite_master m, pragma_index_list(m.name) i, "
        "pragma_index_info(i.name) c WHERE m.type = 'table' AND c.seqno = 0"
    ),
}
MOST_CONNECTIONS = (
    "SELECT current_setting('max_connections')::int - sum(setting::int)::int FROM pg_settings "
    "WHERE name IN ('superuser_reserved_connections', 'reserved_connections')"
)


# Whether rows may lie in other databases, whose commits a snapshot of this one does not show.
ELSEWHERE = (
    "SELECT EXISTS (SELECT FROM pg_catalog.pg_foreign_table) "
    "OR EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'citus')"
)


@dataclass(frozen=True, slots=True)
class Inspection:
    """The tables with their columns, and the schema revision if the database has one.

    `is_elsewhere` says that other databases hold, or may hold, some of the rows.
    """

    columns: dict[str, frozenset[str]]
    revision: str | None
    repository_id: str | None
    is_elsewhere: bool


def inspect(snapshot: Snapshot, backend: Backend) -> Inspection:
    """Return the tables and the revision of a database."""
    columns: dict[str, set[str]] = {}
    for table, column in snapshot.read(COLUMNS[backend]):
        columns.setdefault(table, set()).add(column)
    return Inspection(
        {table: frozenset(names) for table, names in columns.items()},
        _revision(snapshot, columns),
        _repository_id(snapshot, columns),
        backend is Backend.POSTGRESQL and bool(snapshot.read(ELSEWHERE)[0][0]),
    )


def check_database(found: Inspection, name: str) -> None:
    """Raise `UnsupportedStore` unless the database has a known revision and all tables."""
    check_database_revision(found.revision, name)
    check_tables(found, name)


def check_tables(found: Inspection, name: str) -> None:
    """Raise `UnsupportedStore` if a table or column is missing; the message names it."""
    for table in REQUIRED:
        has = found.columns.get(table.name)
        if has is None:
            raise UnsupportedStore(
                f"{name} is damaged or not of AiiDA: it has no table {table.name}."
            )
        for column in table.columns:
            if column.name not in has:
                raise UnsupportedStore(
                    f"{name} is damaged or not of AiiDA: {table.name} has no column {column.name}."
                )


def missing_indexes(snapshot: Snapshot, backend: Backend) -> tuple[Index, ...]:
    """Return the indexes of a fresh store that this one lacks, in the order of the tables."""
    present = {
        Index(table, column, pattern=bool(pattern))
        for table, column, pattern in snapshot.read(FIRST_COLUMNS[backend])
    }
    return tuple(
        index
        for index in INDEXES
        if index not in present and not (index.pattern and backend is Backend.SQLITE)
    )


def most_connections(snapshot: Snapshot) -> int:
    """Return how many connections a PostgreSQL server allows to roles without privileges."""
    return int(snapshot.read(MOST_CONNECTIONS)[0][0])


def _revision(snapshot: Snapshot, columns: dict[str, set[str]]) -> str | None:
    if "version_num" in columns.get("alembic_version", ()):
        rows = snapshot.read("SELECT version_num FROM alembic_version")
        if rows:
            return str(rows[0][0])
    if {"app", "name"} <= columns.get("django_migrations", set()):
        rows = snapshot.read(
            "SELECT name FROM django_migrations WHERE app = 'db' ORDER BY id DESC LIMIT 1"
        )
        return f"django_{str(rows[0][0])[:4]}" if rows else None
    return None


def _repository_id(snapshot: Snapshot, columns: dict[str, set[str]]) -> str | None:
    """Return the container that belongs to the database: the setting `repository|uuid`."""
    if "val" not in columns.get("db_dbsetting", ()):
        return None
    rows = snapshot.read("SELECT CAST(val AS TEXT) FROM db_dbsetting WHERE key = 'repository|uuid'")
    return str(rows[0][0]).strip('"') if rows and rows[0][0] else None


# The tables that `counts` counts, in this order.
COUNTED = {
    "nodes": tables.NODE,
    "links": tables.LINK,
    "users": tables.USER,
    "computers": tables.COMPUTER,
    "groups": tables.GROUP,
    "group memberships": tables.MEMBERSHIP,
    "comments": tables.COMMENT,
    "logs": tables.LOG,
}


def counts(snapshot: Snapshot, labels: Iterable[str] = tuple(COUNTED)) -> dict[str, int]:
    """Return the number of rows of each table that people care about."""
    return {
        label: snapshot.read(f"SELECT count(*) FROM {COUNTED[label].name}")[0][0]  # noqa: S608 - our names
        for label in labels
    }
