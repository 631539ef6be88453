"""What the page is told of its store and of whoever asks, and what it is not. Floor: web.

The page holds nothing of a store. Where people have tokens only, it is given to everybody, since a
browser sends no token with it: its script asks for one. It is the same for a guarded profile and
for a name that no profile has.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from provender.web.access.door import HOME
from provender.web.context import Context
from provender.web.middleware.mounts import PROFILE

STORE, STORES = "store", "stores"
TOKEN = "token"  # noqa: S105 - a way to say who asks
HTML = "text/html"


@dataclass(frozen=True, slots=True)
class Entry:
    """Which page it is, and for whom.

    Attributes:
        page: `stores` for the list of stores, else `store`.
        profile: the name of the store, where it may be told.
        is_guarded: whether the store is not for everybody.
        login: how a person says who asks for this store: `basic`, `token`, or None.
        is_refused: whether the answer asks for a password first.
    """

    page: str
    profile: str | None
    is_guarded: bool = False
    login: str | None = None
    is_refused: bool = False


def enter(context: Context) -> Entry:
    """Return what the page of the current request is told.

    Raises:
        Unauthorized: whoever asks may not read it, and has no token to enter.
    """
    mounted: str | None = request.environ.get(PROFILE)
    name = mounted or context.stores.profiles.default
    is_top = request.endpoint == HOME and mounted is None
    stores = context.readable() if is_top and context.settings.profile_paths else ()
    door = context.door if context.hides_profiles else None
    if door is None:
        return _entry(stores, name)
    if door.rights.is_open(name):
        return _entry(stores, name)
    login = door.login
    if door.rights.may_read(name, door.user()):
        return _entry(stores, name, is_guarded=True, login=login)
    if stores and door.user() is not None:
        return Entry(STORES, None)
    if not (door.has_tokens and wants_page()):
        raise door.refusal
    return Entry(STORE, mounted, is_guarded=True, login=TOKEN, is_refused=login != TOKEN)


def wants_page() -> bool:
    """Return whether a person asks, by a browser: programs name no HTML."""
    return any(kind.lower() == HTML for kind, _ in request.accept_mimetypes)


def _entry(
    stores: tuple[str, ...],
    name: str | None,
    *,
    is_guarded: bool = False,
    login: str | None = None,
) -> Entry:
    """Return what whoever may read a store is told; where there are several, they come first."""
    if len(stores) > 1 or (stores and name is None):
        return Entry(STORES, None)
    return Entry(STORE, name, is_guarded, login)
