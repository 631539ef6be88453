"""The list of the served stores, for programs and for the page for people. Floor: web."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask, Response, request

from provender.query.querystring import grammar
from provender.store.census import Finding
from provender.translators.records import http_date
from provender.web.answers import responses
from provender.web.context import Context
from provender.web.middleware.mounts import PROFILE
from provender.web.routes.route import error_body

# What a check finds of a store.
KEYS = (*("size", "nodes", "last_mtime", "written_as", "aiida_version", "reachable", "problem"),)


def register(app: Flask, context: Context) -> None:
    """Add the list to an application, behind its checks."""

    def profiles() -> Response:
        names = context.readable()
        listed = entries(context, context.stores.census.take(names), names)
        query = grammar.decode(request.query_string)
        envelope = responses.envelope({"profiles": listed}, "Profiles", query)
        return responses.json_response(envelope, total=len(listed))

    view = context.guarded(profiles)
    app.add_url_rule("/profiles", "profiles", view, strict_slashes=False)


def entries(
    context: Context, findings: Mapping[str, Finding], names: Iterable[str]
) -> list[dict[str, Any]]:
    """Return the public data of each named store, sorted by name; never its location."""
    known, root = context.stores.profiles, top_url()
    return [
        {
            "name": name,
            "kind": known.by_name[name].kind.value,
            "default": name == known.default,
            "url": f"{root}/{name}/" if known.by_name[name].has_path else None,
            **_found(findings.get(name)),
        }
        for name in sorted(names, key=lambda name: (name.lower(), name))
    ]


def top_url() -> str:
    """Return the URL of the application without a final slash and without a profile."""
    root, mounted = responses.root_url()[:-1], request.environ.get(PROFILE)
    return root if mounted is None else root.removesuffix(f"/{mounted}")


def _found(finding: Finding | None) -> dict[str, Any]:
    """Return the result for a store; all of it is null before the first check."""
    if finding is None:
        return dict.fromkeys(KEYS)
    origin = finding.origin
    return {
        "size": finding.size,
        "nodes": finding.nodes,
        "last_mtime": http_date(finding.changed),
        "written_as": origin and origin.version,
        "aiida_version": origin and origin.aiida_version,
        "reachable": finding.is_reachable,
        "problem": finding.problem and error_body(finding.problem),
    }
