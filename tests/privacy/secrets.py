"""Secrets that are planted in stores, addresses and the environment, and looked for in answers."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import provender

EMAIL, USERNAME, KEY_FILE = "planted-mail@secret.example", "planted-login", "planted-key-file"
PASSWORD, VARIABLE, FOLDER = "planted-password", "planted-variable", "planted-folder"
PRIVATE = (EMAIL, USERNAME, KEY_FILE, PASSWORD, VARIABLE)
"""What stands in no answer and no line of the log."""
OURS = (
    *("SELECT ", "db_db", "sqlalchemy", "psycopg2.", "sqlite3."),
    *(FOLDER, str(Path(provender.__file__).parent), sys.prefix),
)
"""What stands in no answer; the log may say which file cannot be read, and why."""
PARAMETERS = json.dumps({"username": USERNAME, "key_filename": KEY_FILE})
STATEMENTS = (
    f"UPDATE db_dbuser SET email = '{EMAIL}' WHERE id = (SELECT min(id) FROM db_dbuser)",
    "INSERT INTO db_dbauthinfo (id, aiidauser_id, dbcomputer_id, metadata, auth_params, enabled) "
    f"SELECT 9999, min(u.id), min(c.id), '{PARAMETERS}', '{PARAMETERS}', true "
    "FROM db_dbuser u, db_dbcomputer c "
    "WHERE NOT EXISTS (SELECT 1 FROM db_dbauthinfo) HAVING min(u.id) IS NOT NULL",
    f"UPDATE db_dbauthinfo SET metadata = '{PARAMETERS}', auth_params = '{PARAMETERS}'",
)


class Lines(logging.Handler):
    """Keeps what is logged, as it is written."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(logging.Formatter("%(message)s").format(record))


def with_password(url):
    """Return the URL of a database with a password in it."""
    return re.sub(r"^postgresql://postgres:?@", f"postgresql://postgres:{PASSWORD}@", url)


def plant_in_sqlite(path):
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in STATEMENTS:
            connection.execute(statement)


def packed(folder, lab):
    """Return an archive of the lab with secrets in its database."""
    database, path = folder / "db.sqlite3", folder / "lab.aiida"
    with zipfile.ZipFile(lab) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == database.name:
                database.write_bytes(content)
                plant_in_sqlite(database)
                content = database.read_bytes()
            new.writestr(name, content)
    database.unlink()
    return path


def found_in(answer, secrets):
    """Return which of the secrets an answer holds, in its body or in its headers."""
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    return [text for text in secrets if text.encode() in answer.data or text in headers]
