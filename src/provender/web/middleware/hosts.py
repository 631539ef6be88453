"""Requests without a host, or with one that no URL can be made of, are refused. Floor: web."""

from __future__ import annotations

import re
from functools import lru_cache

from flask import Flask, request

from provender.errors import BadRequest

# A name or IPv4 address, or an IPv6 address in brackets, and a port: what Werkzeug makes URLs of.
HOST = re.compile(
    r"(?:[a-z0-9.-]+|\[[a-f0-9]*:[a-f0-9.:]+\])(?::(?P<port>[1-9][0-9]{0,4}))?",
    re.ASCII | re.IGNORECASE,
)
LONGEST, LAST_PORT = 300, 65535
HINT = "A host is a name of letters, digits, `.` and `-`, or an address; a port may follow."
# In an older version a request needs no Host.
HOSTED = "HTTP/1.1"


@lru_cache(maxsize=256)
def is_host(value: str) -> bool:
    """Return whether the value of a Host header is a host."""
    found = HOST.fullmatch(value) if len(value) <= LONGEST else None
    return found is not None and int(found["port"] or 0) <= LAST_PORT


def register(app: Flask) -> None:
    """Make an application refuse requests whose answers would hold wrong URLs."""
    app.before_request(check_host)


def check_host() -> None:
    """Check the Host header of the request.

    Raises:
        BadRequest: it is missing, or not a host.
    """
    environ = request.environ
    value = environ.get("HTTP_HOST")
    if value is None:
        if environ.get("SERVER_PROTOCOL") == HOSTED:
            raise BadRequest("The request has no Host header.", hint=HINT)
    elif not is_host(value):
        raise BadRequest("The Host header of the request is not a host.", hint=HINT)
