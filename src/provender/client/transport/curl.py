"""A request as a line for the shell. Floor: client."""

from __future__ import annotations

import shlex
import sys

import httpx

SECRET = "Authorization"  # noqa: S105 - the name of a header


def show(request: httpx.Request) -> None:
    """Write a request as a `curl` command to the standard error stream; a token stays hidden."""
    sys.stderr.write(f"{line(request)}\n")


def line(request: httpx.Request) -> str:
    """Return a request as a `curl` command; a token is the variable `TOKEN` in it."""
    words = ["curl"]
    if SECRET in request.headers:
        words.append('-H "Authorization: Bearer $TOKEN"')
    told = [name for name in ("Range", "If-Range", "If-None-Match") if name in request.headers]
    words += [f"-H {shlex.quote(f'{name}: {request.headers[name]}')}" for name in told]
    if request.method == "POST":
        words.append(f"-d {shlex.quote(request.content.decode())}")
    words.append(shlex.quote(str(request.url)))
    return " ".join(words)
