"""Addresses of things in answers. Floor: web."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from provender.web.answers.responses import LINK_SAFE, root_url
from provender.web.resources.base import BaseResource


def process_url(resource: BaseResource) -> Callable[[str], str]:
    """Return the function that gives the address of the process of a uuid; as `node_url`."""
    return _url(resource, "processes")


def node_url(resource: BaseResource) -> Callable[[str], str]:
    """Return the function that gives the address of the node of a uuid.

    A profile that the request names is named in the address, too.
    """
    return _url(resource, "nodes")


def contents_url(resource: BaseResource) -> Callable[[str, str], str]:
    """Return the function that gives the address of a file, of a uuid and a path; as `node_url`."""
    base, named = f"{_below(resource)}/nodes/", resource.profile
    more = "" if named is None else f"&profile={quote(named, safe='')}"

    def address(uuid: str, path: str) -> str:
        quoted = path.replace('"', '""').encode("utf-8", "replace")
        return f"{base}{uuid}/repo/contents?filename=%22{quote(quoted, safe='/')}%22{more}"

    return address


def code_url(resource: BaseResource) -> Callable[[str], str]:
    """Return the function that gives the address of the code of a uuid; as `node_url`."""
    return _url(resource, "codes")


def type_url(resource: BaseResource) -> Callable[[str], str]:
    """Return the function that gives the address of a type of processes; as `node_url`."""
    return _named(resource, "processes/types")


def schema_url(resource: BaseResource) -> Callable[[str], str]:
    """Return the function that gives the address of the schema of a type; as `node_url`."""
    return _named(resource, "schemas")


def view_url(resource: BaseResource) -> Callable[[str], str]:
    """Return the function that gives the address of a saved selection; as `node_url`."""
    return _named(resource, "views")


def list_url(resource: BaseResource) -> Callable[[str], str]:
    """Return the function that gives the address of the list of nodes of a query string."""
    base = f"{_below(resource)}/nodes"
    return lambda query: f"{base}?{quote(query, safe=LINK_SAFE)}"


def _named(resource: BaseResource, name: str) -> Callable[[str], str]:
    of_name = _url(resource, name)
    return lambda text: of_name(quote(text, safe=""))


def _url(resource: BaseResource, name: str) -> Callable[[str], str]:
    base = f"{_below(resource)}/{name}/"
    named = resource.profile
    query = "" if named is None else f"?profile={quote(named, safe='')}"
    return lambda uuid: f"{base}{uuid}{query}"


def _below(resource: BaseResource) -> str:
    return f"{root_url()[:-1]}{resource.dialect.prefix}"
