"""Who asks: the user of a token, of a password, or whom a web server in front names. Floor: web."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Request, request
from flask_httpauth import HTTPBasicAuth, HTTPTokenAuth

from provender.settings import Access
from provender.web.access.accounts import (
    NOBODY,
    AccountFile,
    Accounts,
    is_name,
    is_password,
    token_owner,
)
from provender.web.access.attempts import Attempts
from provender.web.middleware.proxies import Peers, peer

REALM = "Provender"
# Longest name and password that are checked, in characters.
LONGEST = 1024
# The hash of a short password stays the same when zero bytes follow it.
ZERO = "\0"


class Identities:
    """Finds out who asks, from the credentials of a request.

    Raises:
        ConfigurationError: an entry of `access.trusted` is neither an address nor a network.
    """

    def __init__(self, settings: Access) -> None:
        self._file = None if settings.file is None else AccountFile(settings.file)
        self._attempts = Attempts()
        self._peers = Peers(settings.trusted, "access.trusted")
        self._header = settings.header and f"HTTP_{settings.header.upper().replace('-', '_')}"
        basic, bearer = HTTPBasicAuth(realm=REALM), HTTPTokenAuth(realm=REALM)
        basic.verify_password(self._owner_of_password)
        bearer.verify_token(self._owner_of_token)
        self._schemes = (bearer, basic)

    @property
    def accounts(self) -> Accounts:
        """The users that have a password or a token."""
        return NOBODY if self._file is None else self._file.current()

    @property
    def challenges(self) -> tuple[str, ...]:
        """The values of `WWW-Authenticate`: every way to say who asks."""
        return tuple(scheme.authenticate_header() for scheme in self._schemes)

    def of(self, asking: Request) -> str | None:
        """Return the name of the user who sent a request; None for everybody else.

        Raises:
            TooManyRequests: too many wrong passwords.
        """
        named = self._named(asking.environ)
        authorization = asking.authorization
        if named is not None or authorization is None:
            return named
        for scheme in self._schemes:
            if authorization.type == scheme.scheme.lower():
                owner: str | None = scheme.authenticate(authorization, None)
                return owner
        return None

    def _named(self, environ: Mapping[str, Any]) -> str | None:
        """Return the user whom a trusted web server names; others are not believed."""
        name = environ.get(self._header) if self._header else None
        if not isinstance(name, str) or not is_name(name) or peer(environ) not in self._peers:
            return None
        return name

    def _owner_of_token(self, token: str) -> str | None:
        return token_owner(self.accounts, token)

    def _owner_of_password(self, name: str | None, password: str | None) -> str | None:
        if not name or not password or len(name) + len(password) > LONGEST:
            return None
        if ZERO in name or ZERO in password:
            return None
        accounts = self.accounts
        depends_on = (name, accounts.passwords.get(name, ""), password)
        is_right = self._attempts.check(
            request.remote_addr or "", depends_on, lambda: is_password(accounts, name, password)
        )
        return name if is_right else None
