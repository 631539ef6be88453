"""The tables of an archive of today, as they are built. Floor: store.

Source: AiiDA's archive format `main_0001`, whose constraints are kept, so that AiiDA reads what
`provender archive upgrade` writes.
"""

from __future__ import annotations

import sqlite3

from provender.schema.tables import INDEXES

REVISION = "main_0001"
NODE = "REFERENCES db_dbnode (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED"
OWNER = "REFERENCES db_dbuser (id) ON DELETE {} DEFERRABLE INITIALLY DEFERRED"
COMPUTER = "REFERENCES db_dbcomputer (id) ON DELETE {} DEFERRABLE INITIALLY DEFERRED"
GROUP = "REFERENCES db_dbgroup (id) DEFERRABLE INITIALLY DEFERRED"
ID = "id INTEGER NOT NULL PRIMARY KEY"
UUID = "uuid CHAR(36) UNIQUE"
NAME = "VARCHAR(255) NOT NULL"

TABLES = {
    "db_dbuser": f"""{ID}, email VARCHAR(254), first_name VARCHAR(254) NOT NULL,
        last_name VARCHAR(254) NOT NULL, institution VARCHAR(254) NOT NULL""",
    "db_dbcomputer": f"""{ID}, {UUID}, label {NAME}, hostname {NAME}, description TEXT NOT NULL,
        scheduler_type {NAME}, transport_type {NAME}, metadata JSON NOT NULL""",
    "db_dbauthinfo": f"""{ID}, aiidauser_id INTEGER NOT NULL {OWNER.format("CASCADE")},
        dbcomputer_id INTEGER NOT NULL {COMPUTER.format("CASCADE")}, metadata JSON NOT NULL,
        auth_params JSON NOT NULL, enabled BOOLEAN NOT NULL""",
    "db_dbgroup": f"""{ID}, {UUID}, label VARCHAR(255), type_string {NAME}, time DATETIME NOT NULL,
        description TEXT NOT NULL, extras JSON NOT NULL,
        user_id INTEGER {OWNER.format("CASCADE")}""",
    "db_dbnode": f"""{ID}, {UUID}, node_type VARCHAR(255), process_type VARCHAR(255), label {NAME},
        description TEXT NOT NULL, ctime DATETIME NOT NULL, mtime DATETIME NOT NULL,
        attributes JSON, extras JSON, repository_metadata JSON NOT NULL DEFAULT '{{}}',
        dbcomputer_id INTEGER {COMPUTER.format("RESTRICT")},
        user_id INTEGER NOT NULL {OWNER.format("RESTRICT")}""",
    "db_dbcomment": f"""{ID}, {UUID}, dbnode_id INTEGER NOT NULL {NODE}, ctime DATETIME NOT NULL,
        mtime DATETIME NOT NULL, user_id INTEGER NOT NULL {OWNER.format("CASCADE")},
        content TEXT NOT NULL""",
    "db_dblog": f"""{ID}, {UUID}, time DATETIME NOT NULL, loggername {NAME}, levelname {NAME},
        dbnode_id INTEGER NOT NULL {NODE}, message TEXT NOT NULL, metadata JSON NOT NULL""",
    "db_dblink": f"""{ID}, input_id INTEGER NOT NULL {NODE.replace(" ON DELETE CASCADE", "")},
        output_id INTEGER NOT NULL {NODE}, label {NAME}, type {NAME}""",
    "db_dbgroup_dbnodes": f"""{ID}, dbnode_id INTEGER {NODE.replace(" ON DELETE CASCADE", "")},
        dbgroup_id INTEGER {GROUP}, UNIQUE (dbgroup_id, dbnode_id)""",
    "alembic_version": "version_num VARCHAR(32) NOT NULL PRIMARY KEY",
}
# What AiiDA keeps unique. Two computers of one label do occur in old archives, and are both kept.
UNIQUE = {
    "db_dbcomputer": "label",
    "db_dbauthinfo": "aiidauser_id, dbcomputer_id",
    "db_dbgroup": "label, type_string",
}


def create(connection: sqlite3.Connection) -> None:
    """Create the tables, without the indexes that are quicker to make in the end."""
    for table, columns in TABLES.items():
        connection.execute(f"CREATE TABLE {table} ({columns})")
    connection.execute("INSERT INTO alembic_version VALUES (?)", (REVISION,))


def finish(connection: sqlite3.Connection) -> list[str]:
    """Create all indexes; return the tables with rows that AiiDA would not take for unique."""
    for index in INDEXES:
        if not index.pattern and index.column != "uuid":  # uuids are unique from the start
            name = f"ix_{index.table}_{index.column}"
            connection.execute(f"CREATE INDEX {name} ON {index.table} ({index.column})")
    doubled = []
    for table, together in UNIQUE.items():
        # looked for before: without a journal a failed statement leaves a damaged file
        twice = f"SELECT 1 FROM {table} GROUP BY {together} HAVING count(*) > 1"  # noqa: S608 - ours
        is_doubled = connection.execute(twice).fetchone() is not None
        kind = "" if is_doubled else "UNIQUE "
        connection.execute(f"CREATE {kind}INDEX uq_{table} ON {table} ({together})")
        if is_doubled:
            doubled.append(table)
    return doubled
