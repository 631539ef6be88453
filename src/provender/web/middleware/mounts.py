"""One application, many stores: a path may begin with the name of a profile. Floor: web.

A profile is a mount: its name moves from the path to the script's own (PEP 3333), and what is below
answers as a server of that store alone would. Every URL in an answer follows from that.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from functools import partial
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.wsgi import ClosingIterator

from provender.store.names import RESERVED
from provender.store.registry import Lease
from provender.web.middleware.handedfile import handed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Where the WSGI environment of a request holds the profile that its path names.
PROFILE = "provender.profile"
# Where it holds the leases of the stores that the request uses.
LEASES = "provender.leases"
# Where it says that the answer is read from a store while it is sent.
STREAMED = "provender.streamed"
# A page for people, or what is below `/api`; nothing else is served for each store.
BELOW = re.compile(
    r"/+(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?P<rest>/*|/+(?:api|browse)(?:/.*)?|/+docs/*)",
    re.DOTALL,
)


class EveryName(Container[str]):
    """Every name that a profile can have.

    Where profiles are hidden, what is below an unknown name is answered like what is below a hidden
    one. Words that begin paths of the application are left out.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._own: frozenset[str] | None = None

    def __contains__(self, name: object) -> bool:
        """Return whether a profile can have a name."""
        if self._own is None:
            rules = self._app.url_map.iter_rules()
            self._own = RESERVED | {rule.rule.split("/")[1] for rule in rules}
        return name not in self._own


class Mounts:
    """WSGI middleware: takes the name of a profile off the path, and ends the leases of a request.

    `names` are those of the profiles that are served below paths of their own.
    """

    def __init__(self, app: WSGIApplication, names: Container[str]) -> None:
        self._app = app
        self._names = names

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; a store stays open until the last byte of its file is sent."""
        path = environ.get("PATH_INFO", "")
        found = None if path.startswith("/api/") else BELOW.fullmatch(path)
        if found is not None and found["name"] in self._names:
            environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/{found['name']}"
            environ["PATH_INFO"] = found["rest"]
            environ[PROFILE] = found["name"]
        leases: list[Lease] = []
        environ[LEASES], is_streamed = leases, False
        try:
            chunks = self._app(environ, start_response)
            is_streamed = STREAMED in environ
        finally:
            if not is_streamed:
                end_leases(leases)
        return _ending(environ, chunks, leases) if is_streamed else chunks


def _ending(
    environ: WSGIEnvironment, chunks: Iterable[bytes], leases: list[Lease]
) -> Iterable[bytes]:
    """Return a body that ends the leases when it was sent."""
    end = partial(end_leases, leases)
    file = handed(environ, chunks)
    if file is None:
        return ClosingIterator(chunks, end)
    file.at_end(end)
    return chunks


def end_leases(leases: list[Lease]) -> None:
    """End the uses of stores by a request so far."""
    while leases:
        leases.pop().close()
