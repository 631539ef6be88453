"""The file of users: a line for each password and token, hashed. Floor: web.

A line is `NAME:scrypt:...` (a password), `NAME:sha256:...` (a token) or `links:key:...` (the key of
signed links). Of several passwords of a user the last one holds. The file is read again when it
changes; while it cannot be read, there are no users.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from werkzeug.security import check_password_hash, generate_password_hash

from provender.errors import ConfigurationError
from provender.settings import ANYONE, KNOWN
from provender.store.regular import Identity, fingerprint, read_whole

LOGGER = logging.getLogger(__name__)

# Passwords have little entropy: a slow hash, about 70 ms and 32 MB. One method for all, so that the
# time of a check tells nothing about the user.
PASSWORD = "scrypt"  # noqa: S105 - the name of a method
METHOD = f"{PASSWORD}:32768:8:1"
# Tokens are random and cannot be guessed, so a fast hash is enough.
TOKEN = "sha256"  # noqa: S105 - the name of a method
TOKEN_BYTES = 32
# The line with the key of signed links. It is random, and no user has it: whoever knew the whole
# file otherwise, such as its only user, could sign links to every profile.
KEY = re.compile(rb"^links:key:([0-9a-f]{64})[ \t\r]*\n", re.MULTILINE)
KEY_BYTES = 32
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}")
SALTED = re.compile(re.escape(METHOD) + r"\$[A-Za-z0-9]+\$[0-9a-f]{128}")
DIGEST = re.compile(r"[0-9a-f]{64}")
# In bytes; thousands of users fit.
LARGEST = 1 << 20
# A file that changed so recently, in nanoseconds, may change again without another time stamp.
UNSETTLED = 100_000_000
# Faults of a file that a line of the log names.
TOLD = 5
LINKS = b"provender: key of signed links"


@dataclass(frozen=True, slots=True)
class Accounts:
    """The users of a file: the password of each, and whose token a digest is.

    `key` signs links; it is None where the file has none. `faults` say what is wrong in the file,
    by line and never by content.
    """

    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)
    tokens: Mapping[bytes, str] = field(default_factory=dict, repr=False)
    key: bytes | None = field(default=None, repr=False)
    faults: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The names of all users."""
        return frozenset((*self.passwords, *self.tokens.values()))


NOBODY = Accounts()
# Compared instead of the password of an unknown user, so that both take as long.
STAND_IN = f"{METHOD}${'0' * 16}${'0' * 128}"


def digest(token: str) -> bytes:
    """Return the hash of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def is_password(accounts: Accounts, name: str, password: str) -> bool:
    """Return whether a password is that of a user; an unknown user takes as long as a known one."""
    stored = accounts.passwords.get(name, STAND_IN)
    return check_password_hash(stored, password) and name in accounts.passwords


def token_owner(accounts: Accounts, token: str) -> str | None:
    """Return the user of a token.

    The search is by digest. How long it takes tells about digests only, and no token can be
    made for a given digest.
    """
    return accounts.tokens.get(digest(token))


def parse(content: bytes) -> Accounts:
    """Return the users of a file; lines that are malformed count as faults.

    The last line counts only with its end: without it, it is still being written.
    """
    passwords: dict[str, str] = {}
    tokens: dict[bytes, str] = {}
    faults = []
    for number, line in enumerate(content.decode("utf-8", "replace").split("\n")[:-1], 1):
        text = line.strip()
        if not text or text.startswith("#") or KEY.match(f"{text}\n".encode()):
            continue
        name, _, secret = text.partition(":")
        kind, _, value = secret.partition(":")
        if not is_name(name):
            faults.append(f"line {number} has no valid name")
        elif kind == TOKEN and DIGEST.fullmatch(value):
            tokens[bytes.fromhex(value)] = name
        elif SALTED.fullmatch(secret):
            passwords[name] = secret
        else:
            faults.append(f"line {number} has neither a password nor a token of a known kind")
    return Accounts(passwords, tokens, _key(content), tuple(faults))


def _key(content: bytes) -> bytes | None:
    """Return the key of signed links: another one after every change of the file."""
    secrets_of_file = KEY.findall(content)
    if not secrets_of_file:
        return None
    return hmac.digest(secrets_of_file[-1], LINKS + content, hashlib.sha256)


def is_name(name: str) -> bool:
    """Return whether a user can have this name."""
    return NAME.fullmatch(name) is not None and name not in (ANYONE, KNOWN)


def check_name(name: str) -> None:
    """Raise `ConfigurationError` if no user can have this name."""
    if not is_name(name):
        raise ConfigurationError(
            f"A user cannot be called `{name}`.",
            hint="Letters (A to Z), digits and . _ @ + -, first a letter or digit; neither "
            f"`{ANYONE}` nor `{KNOWN}`.",
        )


class AccountFile:
    """A file of users that is read again whenever it changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[Identity | None, Accounts] = (None, NOBODY)
        self._told: str | None = None

    def current(self) -> Accounts:
        """Return the users; none while the file cannot be read."""
        try:
            state = _state(self._path)
            before, accounts = self._read
            if state is None or state != before:
                accounts = parse(content_of(self._path))
                self._read = (state, accounts)
                self._tell(_shortened(accounts.faults))
        except OSError as error:
            self._read = (None, NOBODY)
            self._tell(f"nobody is a user: {error.strerror or error}")
            return NOBODY
        return accounts

    def _tell(self, problem: str) -> None:
        """Log a problem once."""
        if problem and problem != self._told:
            LOGGER.error("the file of users %s: %s", self._path, problem)
        self._told = problem


def _shortened(faults: tuple[str, ...]) -> str:
    """Return the first faults, and how many more there are."""
    more = len(faults) - TOLD
    return "; ".join((*faults[:TOLD], *([f"{more} more"] if more > 0 else ())))


def _state(path: Path) -> Identity | None:
    """Return what differs after every change of a file; None while it may still change."""
    state = fingerprint(path)
    return None if abs(time.time_ns() - state[-1]) < UNSETTLED else state


def content_of(path: Path) -> bytes:
    """Return the content of a file of users; raises `OSError` if it cannot be one."""
    return read_whole(path, LARGEST)


def add_token(path: Path, name: str) -> str:
    """Give a user one more token, and return it; the file has its hash only."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    _append(path, name, f"{TOKEN}:{digest(token).hex()}")
    return token


def add_password(path: Path, name: str, password: str) -> None:
    """Give a user a password, instead of an older one."""
    _append(path, name, generate_password_hash(password, METHOD))


def _append(path: Path, name: str, secret: str) -> None:
    """Add a line to a file, and the key of signed links to a file that has none.

    A new file can be read by its owner only.

    Raises:
        ConfigurationError: no valid name, or the file cannot be written.
    """
    check_name(name)
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
    try:
        with os.fdopen(os.open(path, flags, 0o600), "r+b") as file:
            before = file.read()
            begin = b"\n" if before and not before.endswith(b"\n") else b""
            lines = [f"{name}:{secret}\n"]
            if not KEY.search(before):
                lines.insert(0, f"links:key:{secrets.token_hex(KEY_BYTES)}\n")
            file.write(begin + "".join(lines).encode())
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}.") from error
