"""Signed links: who has one may download one file for five minutes. Floor: web.

The signature is the last key of the query. It is taken off before anything else reads the query, so
neither an answer nor the log of Provender has it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Seconds that a link is valid.
VALID = 300
# Where the WSGI environment of a request holds its signature.
SIGNATURE = "provender.signature"
KEY = "sig"
SIGNED = re.compile(rf"(?:^|&){KEY}=([0-9]{{1,12}}\.[A-Za-z0-9_-]{{43}})$")


@dataclass(frozen=True, slots=True)
class Target:
    """What a link is for: a profile, a path in it as WSGI has it, and its decoded query."""

    profile: str
    path: str
    query: str

    def sign(self, key: bytes, until: int) -> str:
        """Return the signature that is valid until a time, in seconds since 1970."""
        message = json.dumps([self.profile, self.path, self.query, until]).encode()
        mark = base64.urlsafe_b64encode(hmac.digest(key, message, hashlib.sha256))
        return f"{until}.{mark.decode().rstrip('=')}"

    def is_signed(self, key: bytes, signature: str) -> bool:
        """Return whether a signature is that of this target, and is valid now."""
        until = int(signature.partition(".")[0])
        is_same = hmac.compare_digest(self.sign(key, until), signature)
        return is_same and time.time() <= until <= time.time() + VALID


class Signatures:
    """WSGI middleware: takes the signature off the query of a request."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        query = environ.get("QUERY_STRING", "")
        found = SIGNED.search(query) if KEY in query else None
        if found is not None:
            environ["QUERY_STRING"] = query[: found.start()]
            environ[SIGNATURE] = found[1]
        return self._app(environ, start_response)
