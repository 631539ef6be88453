"""What `provender remote` does: saved sessions of the client. Floor: cli."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import click

from provender.cli.desk.paper import Head, cell, paper, print_json
from provender.cli.sources.remote.opening import TRIES, client
from provender.errors import BadValue, StoreError

HEADS = (Head("name"), Head("url"), Head("profile"), Head("token"))


def add(name: str, url: str, profile: str | None, token: str | None) -> str:
    """Keep a remote after its server was asked, and return what to tell.

    Raises:
        BadValue: no such name or address is possible.
        ProvenderError: the server does not answer, is none, or wants a token.
    """
    found = client()
    from provender.cli.sources.remote.server import Server  # noqa: PLC0415 - needs the client
    from provender.client import sessions  # noqa: PLC0415 - the same

    name = name.removesuffix(":")
    if not sessions.NAME.match(name):
        raise BadValue(f"`{name}` is no name of a remote.", hint="Letters, digits, - and _.")
    opened = _opened(found, url, profile, token)
    with opened:
        server = Server(name, opened.connection)
        info = server.get("server/info").data["info"]
        is_new = name not in sessions.names()
        where = opened.connection
        try:
            sessions.save(name, sessions.Session(where.root, where.profile, token))
        except OSError as error:
            raise StoreError("The remote cannot be kept.", reason=str(error)) from error
    if token is not None and urlsplit(where.root).scheme == "http":
        _warn(urlsplit(where.root).hostname)
    done = "Added" if is_new else "Changed"
    told = f"{done} `{name}`: {where.base} (Provender {info['provender']})."
    return f"{told}\n\nAsk it:   provender ps {name}:"


def _opened(found: Any, url: str, profile: str | None, token: str | None) -> Any:  # noqa: ANN401 - the client, which is loaded late
    try:
        return found.Client(url, profile, token=token, retries=found.Retries(tries=TRIES))
    except found.ClientError as error:
        raise BadValue(error.message, hint=error.hint or None) from None


def _warn(host: str | None) -> None:
    from provender.client.transport.addresses import LOCAL  # noqa: PLC0415 - needs the client

    if host not in LOCAL:
        click.echo(
            "Note: the address begins with http:, so the token is sent unencrypted.", err=True
        )


def show(*, as_json: bool) -> None:
    """Print all remotes; never a token."""
    client()
    from provender.client import sessions  # noqa: PLC0415 - needs the client

    kept = {name: sessions.load(name) for name in sessions.names()}
    records = [
        {"name": name, "url": one.url, "profile": one.profile, "token": one.token is not None}
        for name, one in kept.items()
    ]
    if as_json:
        print_json({"remotes": records})
    elif not records:
        paper().aside("There are no remotes: provender remote add NAME URL")
    else:
        paper().columns(
            HEADS,
            [
                (
                    cell(record["name"]),
                    cell(record["url"]),
                    cell(record["profile"]),
                    cell("kept" if record["token"] else None),
                )
                for record in records
            ],
        )


def remove(name: str) -> None:
    """Forget a remote; raises `ProvenderError` if there is none."""
    client()
    from provender.cli.sources.remote.failures import as_kept  # noqa: PLC0415 - needs the client
    from provender.client import sessions  # noqa: PLC0415 - the same

    with as_kept(name):
        sessions.remove(name)
