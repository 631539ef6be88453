"""The check of access before every request, and the headers of guarded answers. Floor: web.

It comes before routing, so that wrong paths, wrong methods and redirects do not tell which profiles
exist. A profile that a user may not read and an unknown profile give the same answer.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import Enum

from flask import Flask, Response, request
from werkzeug.exceptions import NotFound

from provender.errors import BadRequest, ProvenderError, Unauthorized
from provender.query.querystring import grammar
from provender.query.querystring.parameters import PROFILE as PROFILE_KEY
from provender.settings import Settings
from provender.store.names import RESERVED
from provender.store.profiles import Profiles
from provender.web.access.identity import Identities
from provender.web.access.rights import Rights, rights_of
from provender.web.access.signatures import SIGNATURE, VALID, Target
from provender.web.middleware.mounts import PROFILE

# Paths that nothing guards: health checks and files of pages.
OPEN = frozenset(("alive", "ready", "assets"))
METRICS = "metrics"
LIST = "profiles"
HOME = "home"
# The pages at `/` and below `/browse`, which see themselves to who may read what.
PAGES = (HOME, "browse")
# Where the WSGI environment holds the scope of a request, who sent it, and what it may read.
SCOPE = "provender.scope"
USER = "provender.user"
ADMITTED = "provender.admitted"
UNCACHED = "no-store"
READING = ("GET", "HEAD")


class Scope(Enum):
    """Whom an answer is for: everybody, or some users; or it depends on the user."""

    EVERYBODY = "everybody"
    DEPENDS = "depends"
    SOME = "some"


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature, and the time when it ends, in seconds since 1970."""

    signature: str
    until: int


class Door:
    """Lets in whoever may read what a request is for.

    `default` is the profile of paths that name none; with `switches` a query may name another one.
    """

    def __init__(
        self, rights: Rights, identities: Identities, default: str | None, *, switches: bool
    ) -> None:
        self.rights = rights
        self._identities = identities
        self._default = default
        self._switches = switches

    def check(self) -> None:
        """Let a request in; OPTIONS passes, since preflight requests carry no credentials.

        Raises:
            Unauthorized: whoever asks may not read it.
            TooManyRequests: too many wrong passwords.
        """
        first = self._first()
        if first in OPEN:
            return
        if first == METRICS:
            self._check_metrics()
            return
        if not self.rights.has_guarded:
            return
        name = self._asked(first)
        if first != LIST and not self.rights.is_open(name):
            self._note(Scope.SOME)
            if request.method != "OPTIONS" and request.endpoint not in PAGES:
                self.require(name)
        elif first == LIST or request.endpoint == HOME:
            self._note(Scope.DEPENDS)

    def _check_metrics(self) -> None:
        if self.rights.may_collect(None):
            return
        self._note(Scope.SOME)
        if request.method != "OPTIONS" and not self.rights.may_collect(self.user()):
            raise self.refusal

    def require(self, profile: str | None) -> None:
        """Raise `Unauthorized` unless whoever asks may read a profile."""
        if self.rights.is_open(profile):
            return
        self._note(Scope.SOME)
        if profile is not None and request.environ.get(ADMITTED) == profile:
            return
        if not self._is_signed(profile) and not self.rights.may_read(profile, self.user()):
            raise self.refusal
        request.environ[ADMITTED] = profile

    def user(self) -> str | None:
        """Return the user who sent the current request, if that is known."""
        if USER not in request.environ:
            request.environ[USER] = self._identities.of(request)
        user: str | None = request.environ[USER]
        return user

    def sign(self, target: Target) -> Signed | None:
        """Return a signature of a target that the current user may read; None where it needs none.

        Raises:
            Unauthorized: the user may not read it.
            BadRequest: there is no key to sign with.
        """
        self.require(target.profile)
        if self.rights.is_open(target.profile):
            return None
        key, until = self._identities.accounts.key, int(time.time()) + VALID
        if key is None:
            raise BadRequest(
                "This server makes no links to files of guarded profiles.",
                hint="`provender access add` writes the key for them into `access.file`.",
            )
        return Signed(target.sign(key, until), until)

    @property
    def refusal(self) -> Unauthorized:
        """What whoever asks is told if there is nothing to read; the same for every reason."""
        return Unauthorized(self._identities.challenges)

    @property
    def login(self) -> str | None:
        """How a person says who asks: `basic` where there are passwords, else `token`.

        None where only a web server in front knows the users.
        """
        accounts = self._identities.accounts
        if not accounts.names:
            return None
        return "basic" if accounts.passwords else "token"

    @property
    def has_tokens(self) -> bool:
        """Whether any user has a token."""
        return bool(self._identities.accounts.tokens)

    def named(self, query: bytes) -> str | None:
        """Return the profile that a query names, if queries may; None for one that names none."""
        if not self._switches or not query:
            return None
        try:
            terms = grammar.parse_text(grammar.decode(query))
            term = next((item for item in terms if item.key == PROFILE_KEY.name), None)
            return None if term is None else PROFILE_KEY.read(term)
        except ProvenderError:
            given = request.args.get(PROFILE_KEY.name)
            return None if given is None else given.strip('"')

    @staticmethod
    def _first() -> str:
        """Return the first element of the path as it was routed; empty below that of a profile."""
        if PROFILE in request.environ:
            return ""
        path = request.path if request.url_rule is None else request.url_rule.rule
        return path.lstrip("/").partition("/")[0]

    def _asked(self, first: str) -> str | None:
        """Return the profile that a request is for; an unknown path may name one, too."""
        mounted: str | None = request.environ.get(PROFILE)
        if mounted is not None:
            return mounted
        leads_nowhere = isinstance(request.routing_exception, NotFound)
        if leads_nowhere and first and first not in RESERVED:
            return first
        return self.named(request.query_string) or self._default

    def _is_signed(self, profile: str | None) -> bool:
        signature, key = request.environ.get(SIGNATURE), self._identities.accounts.key
        if signature is None or key is None or profile is None or request.method not in READING:
            return False
        try:
            query = grammar.decode(request.query_string)
        except ProvenderError:
            return False
        target = Target(profile, request.environ.get("PATH_INFO", ""), query)
        return target.is_signed(key, signature)

    def _note(self, scope: Scope) -> None:
        request.environ[SCOPE] = scope


def door_of(settings: Settings, profiles: Profiles) -> Door | None:
    """Return the door that the settings ask for; None where everything is for everybody.

    Raises:
        ConfigurationError: an entry of `access.trusted` is neither an address nor a network.
    """
    rights = rights_of(settings, profiles)
    if not rights.is_needed:
        return None
    identities = Identities(settings.access)
    return Door(rights, identities, profiles.default, switches=settings.profile_switching)


def register(app: Flask, door: Door) -> None:
    """Put a door before every request of an application."""
    app.before_request(door.check)
    app.after_request(_keep_private)


def is_for_some() -> bool:
    """Return whether the answer to the current request is not for everybody.

    A list is for everybody unless it has what only its user may read.
    """
    scope = request.environ.get(SCOPE)
    return scope is Scope.SOME or (scope is Scope.DEPENDS and bool(request.environ.get(USER)))


def _keep_private(response: Response) -> Response:
    """Keep an answer that depends on who asks out of the caches that others share."""
    scope = request.environ.get(SCOPE, Scope.EVERYBODY)
    if scope is not Scope.EVERYBODY and request.method != "OPTIONS":
        rule = response.headers.get("Cache-Control", "no-cache")
        if rule != UNCACHED:
            response.headers["Cache-Control"] = f"private, {rule.replace('public, ', '')}"
        response.vary.add("Authorization")
    return response
