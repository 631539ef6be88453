"""The schema of an AiiDA database as statements, in the order that loads fastest. Floor: loading.

Source: AiiDA 2.x, schema `main_0001` and `main_0002` (equal tables). Rows go into bare tables;
keys, indexes and constraints are made once all rows are there.
"""

from __future__ import annotations

from dataclasses import dataclass

from provender.schema.tables import INDEXES, REVISIONS, Index

OLDER_REVISION, REVISION = REVISIONS

# Name and type of every column in their order; a question mark allows NULL.
COLUMNS: dict[str, str] = {
    "db_dbuser": (
        "id serial; email varchar(254); first_name varchar(254); last_name varchar(254); "
        "institution varchar(254)"
    ),
    "db_dbcomputer": (
        "id serial; uuid uuid; label varchar(255); hostname varchar(255); description text; "
        "scheduler_type varchar(255); transport_type varchar(255); metadata jsonb"
    ),
    "db_dbauthinfo": (
        "id serial; aiidauser_id integer; dbcomputer_id integer; metadata jsonb; "
        "auth_params jsonb; enabled boolean"
    ),
    "db_dbgroup": (
        "id serial; uuid uuid; label varchar(255); type_string varchar(255); time timestamptz; "
        "description text; extras jsonb; user_id integer"
    ),
    "db_dbgroup_dbnodes": "id serial; dbnode_id integer; dbgroup_id integer",
    "db_dbnode": (
        "id serial; uuid uuid; node_type varchar(255); process_type varchar(255)?; "
        "label varchar(255); description text; ctime timestamptz; mtime timestamptz; "
        "attributes jsonb?; extras jsonb?; repository_metadata jsonb; dbcomputer_id integer?; "
        "user_id integer"
    ),
    "db_dbcomment": (
        "id serial; uuid uuid; dbnode_id integer; ctime timestamptz; mtime timestamptz; "
        "user_id integer; content text"
    ),
    "db_dblog": (
        "id serial; uuid uuid; time timestamptz; loggername varchar(255); levelname varchar(50); "
        "dbnode_id integer; message text; metadata jsonb"
    ),
    "db_dblink": (
        "id serial; input_id integer; output_id integer; label varchar(255); type varchar(255)"
    ),
    "db_dbsetting": "id serial; key varchar(1024); val jsonb?; description text; time timestamptz",
}

UNIQUE: tuple[tuple[str, str], ...] = (
    ("db_dbuser", "email"),
    ("db_dbcomputer", "uuid"),
    ("db_dbcomputer", "label"),
    ("db_dbauthinfo", "aiidauser_id dbcomputer_id"),
    ("db_dbgroup", "uuid"),
    ("db_dbgroup", "label type_string"),
    ("db_dbgroup_dbnodes", "dbgroup_id dbnode_id"),
    ("db_dbnode", "uuid"),
    ("db_dbcomment", "uuid"),
    ("db_dblog", "uuid"),
    ("db_dbsetting", "key"),
)

# Table, column, table whose `id` it holds, and what deleting that row does.
REFERENCES: tuple[tuple[str, str, str, str], ...] = (
    ("db_dbauthinfo", "aiidauser_id", "db_dbuser", "CASCADE"),
    ("db_dbauthinfo", "dbcomputer_id", "db_dbcomputer", "CASCADE"),
    ("db_dbgroup", "user_id", "db_dbuser", "CASCADE"),
    ("db_dbgroup_dbnodes", "dbnode_id", "db_dbnode", "NO ACTION"),
    ("db_dbgroup_dbnodes", "dbgroup_id", "db_dbgroup", "NO ACTION"),
    ("db_dbnode", "dbcomputer_id", "db_dbcomputer", "RESTRICT"),
    ("db_dbnode", "user_id", "db_dbuser", "RESTRICT"),
    ("db_dbcomment", "dbnode_id", "db_dbnode", "CASCADE"),
    ("db_dbcomment", "user_id", "db_dbuser", "CASCADE"),
    ("db_dblog", "dbnode_id", "db_dbnode", "CASCADE"),
    ("db_dblink", "input_id", "db_dbnode", "NO ACTION"),
    ("db_dblink", "output_id", "db_dbnode", "CASCADE"),
)


@dataclass(frozen=True, slots=True)
class Finish:
    """A statement that completes a table once its rows are there."""

    table: str
    statement: str


def kinds(table: str) -> dict[str, str]:
    """Return the PostgreSQL type of each column of a table, in the order of the columns."""
    pairs = (item.split() for item in COLUMNS[table].split(";"))
    return {name: kind.removesuffix("?") for name, kind in pairs}


def tables() -> list[str]:
    """Return the statements that create the tables and their sequences, without any index."""
    made = ["CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)"]
    for table, columns in COLUMNS.items():
        lines = []
        for item in columns.split(";"):
            name, kind = item.split()
            null = "" if kind.endswith("?") else " NOT NULL"
            lines.append(f'"{name}" {kind.removesuffix("?")}{null}')
        made.append(f"CREATE TABLE {table} ({', '.join(lines)})")
    return made


def finishes() -> list[Finish]:
    """Return the statements of keys, indexes, foreign keys and sequences, in this order."""
    keys = [
        Finish(table, f"ALTER TABLE {table} ADD CONSTRAINT {table}_pkey PRIMARY KEY (id)")
        for table in COLUMNS
    ]
    version = Finish(
        "alembic_version",
        "ALTER TABLE alembic_version ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)",
    )
    return [
        version,
        *keys,
        *(_unique(table, columns.split()) for table, columns in UNIQUE),
        *(_index(index) for index in standard_indexes()),
        *(_reference(*reference) for reference in REFERENCES),
        *(_sequence(table) for table in COLUMNS),
    ]


def standard_indexes() -> list[Index]:
    """Return the indexes that AiiDA makes beside those of keys and unique constraints."""
    alone = {(table, columns) for table, columns in UNIQUE}
    setting = Index("db_dbsetting", "key", pattern=True)
    return [
        index
        for index in (*INDEXES, setting)
        if index.pattern or (index.table, index.column) not in alone
    ]


def index_name(index: Index) -> str:
    """Return the name that AiiDA gives to an index."""
    if index.pattern:
        return f"ix_pat_{index.table}_{index.column}"
    return f"ix_{index.table}_{index.table}_{index.column}"


def _index(index: Index) -> Finish:
    column = f'"{index.column}"' + (" varchar_pattern_ops" if index.pattern else "")
    return Finish(index.table, f"CREATE INDEX {index_name(index)} ON {index.table} ({column})")


def _unique(table: str, columns: list[str]) -> Finish:
    name, listed = f"uq_{table}_{'_'.join(columns)}", ", ".join(f'"{item}"' for item in columns)
    return Finish(table, f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE ({listed})")


def _reference(table: str, column: str, target: str, on_delete: str) -> Finish:
    return Finish(
        table,
        f"ALTER TABLE {table} ADD CONSTRAINT fk_{table}_{column}_{target} "
        f"FOREIGN KEY ({column}) REFERENCES {target} (id) ON DELETE {on_delete} "
        "DEFERRABLE INITIALLY DEFERRED",
    )


def _sequence(table: str) -> Finish:
    """Return the statement after which new rows are numbered behind those that are there."""
    return Finish(
        table,
        f"SELECT setval('{table}_id_seq', max(id)) FROM {table} HAVING max(id) IS NOT NULL",  # noqa: S608 - our names
    )
