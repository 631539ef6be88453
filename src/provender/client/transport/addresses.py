"""The address of a server, a store on it and what is asked of it. Floor: client."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from provender.client.errors import BadQuery

API = "/api/v4"
# This machine.
LOCAL = ("localhost", "127.0.0.1", "::1")
OLDER = re.compile(r"/api/v\d+(/.*)?$")
# What a query string keeps as it is: the signs of operators too, which servers read either way.
KEPT = "!$'()*,/:;=?@[]~"


def root_of(url: str) -> str:
    """Return the root of a server, without a slash at its end: what stands before `/api/v4`.

    Raises:
        BadQuery: it is no address of HTTP.
    """
    text = url.strip()
    parts = _parts(text if "://" in text else f"{_scheme(text)}://{text}")
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadQuery(
            f"`{url}` is not the address of a server.", hint="https://example.org, or with a path."
        )
    if parts.username or parts.password:
        raise BadQuery("The address has a name or a password.", hint="Give `token=` instead.")
    path = OLDER.sub("", parts.path).rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def _scheme(text: str) -> str:
    """Return the scheme of an address without one: this machine needs no certificate."""
    parts = _parts(f"//{text}")
    return "http" if parts is not None and parts.hostname in LOCAL else "https"


def _parts(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def base_of(root: str, profile: str | None) -> str:
    """Return what all routes of a store stand below."""
    return f"{root}/{segment(profile)}{API}" if profile else f"{root}{API}"


def segment(text: object) -> str:
    """Return a text as one part of a path.

    Raises:
        BadQuery: it is none, and would lead to another path.
    """
    name = str(text)
    if name in {"", ".", ".."}:
        raise BadQuery(f"`{name}` is no id and no name.", hint="The beginning of a uuid, or a pk.")
    return quote(name, safe="")


def joined(base: str, path: str, query: Iterable[str]) -> str:
    """Return a URL; each member of `query` is a key, its operator and its value, not encoded."""
    text = "&".join(quote(part, safe=KEPT) for part in query)
    return f"{base}/{path}?{text}" if text else f"{base}/{path}"
