"""Failures of connecting to PostgreSQL that another try does not mend. Floor: store.

The driver gives no code for a failed connection, only libpq's message, so the message is read: that
of libpq itself, which is English, and that of servers with English messages. Unknown
messages count as failures that may pass.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

# The beginning of the failure of one host in the failures of several hosts.
ATTEMPT = re.compile(r"^(?=connection to server |could not translate host name )", re.MULTILINE)
NO_PASSWORD = "no password supplied"  # noqa: S105 - what libpq says
TEMPORARY = "temporary failure in name resolution"

# Messages of libpq and of servers, and their meaning for the operator.
ADVICE: tuple[tuple[str, str], ...] = (
    ("password authentication failed", "The password is wrong, or there is no such role."),
    ("could not translate host name", "The host is not known here: is its name right?"),
    (
        r'database ".*" does not exist|no such database',
        "The server runs, but has no database of that name.",
    ),
    (
        r'role ".*" does not exist|no such user',
        "The server has no such role. Without one in the URL, libpq takes the system user's name.",
    ),
    ("not permitted to log in", "The role needs LOGIN."),
    ("permission denied for database", "The role needs CONNECT on the database."),
    (
        "(peer|ident) authentication failed",
        "The server (pg_hba.conf) takes this role from the system user of that name only.",
    ),
    (
        r"no pg_hba\.conf entry|pg_hba\.conf rejects",
        "The server (pg_hba.conf) does not let this role in from this machine.",
    ),
    (
        "does not support ssl|certificate|private key file",
        "The encryption that the URL asks for (`sslmode`, `sslrootcert`) cannot be had.",
    ),
    (
        r"^invalid |definition of service|service file|unrecognized configuration parameter"
        r"|authentication method \d+ not supported",
        "A parameter of the connection cannot be used.",
    ),
)


def advice(text: str) -> str | None:
    """Return the needed correction, or None if another try may help.

    `text` is the message of libpq; with several hosts, another try must be useless at all hosts.
    """
    attempts = [_advice(attempt) for attempt in ATTEMPT.split(text) if attempt.strip()]
    found = list(dict.fromkeys(one for one in attempts if one is not None))
    return " ".join(found) if found and None not in attempts else None


def _advice(attempt: str) -> str | None:
    lowered = attempt.lower()
    if TEMPORARY in lowered:
        return None
    if NO_PASSWORD in lowered:
        return f"The server asks for a password, and none is known: {_why_unknown()}."
    return next((words for pattern, words in ADVICE if re.search(pattern, lowered)), None)


def password_file() -> Path:
    """Return the path of the password file of libpq; the file may not exist."""
    return Path(os.environ.get("PGPASSFILE") or Path.home() / ".pgpass")


def is_open_to_others(file: Path) -> bool:
    """Return whether libpq ignores a password file, because others than its owner may use it."""
    return bool(file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _why_unknown() -> str:
    """Return why libpq has found no password."""
    file = password_file()
    try:
        if not file.is_file():
            return f"the URL has none, and there is no file {file}"
        if is_open_to_others(file):
            return f"{file} is ignored, since others may read it (chmod 600)"
        with file.open("rb"):
            return f"no line of {file} is for this host, port, database and role"
    except OSError as error:
        return f"{file} cannot be read ({error.strerror})"
