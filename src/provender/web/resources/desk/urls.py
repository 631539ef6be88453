"""Addresses of processes in answers. Floor: web."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from provender.web.answers.responses import root_url
from provender.web.resources.base import BaseResource


def process_url(resource: BaseResource) -> Callable[[str], str]:
    """Return the function that gives the address of the process of a uuid.

    A profile that the request names is named in the address, too.
    """
    base = f"{root_url()[:-1]}{resource.dialect.prefix}/processes/"
    named = resource.profile
    query = "" if named is None else f"?profile={quote(named, safe='')}"
    return lambda uuid: f"{base}{uuid}{query}"
