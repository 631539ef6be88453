"""Addresses of PostgreSQL databases: URLs and libpq's parameters. Floor: store."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import zip_longest
from typing import Any
from urllib.parse import unquote

import psycopg2
from psycopg2.extensions import parse_dsn

from provender.errors import ConfigurationError

POSTGRESQL_URL = re.compile(r"postgres(?:ql)?(?:\+\w+)?://")
PORTS = re.compile(r"(?:\d*,)*\d*")


def parse_url(url: str) -> dict[str, Any]:
    """Return libpq's parameters of a PostgreSQL URL; a driver in its scheme is left out.

    Several hosts (`//h1:1,h2:2/name`, or `?host=h1:1&host=h2:2`) become libpq's lists.

    Raises:
        ConfigurationError: not a PostgreSQL URL; the message does not repeat it.
    """
    if not POSTGRESQL_URL.match(url):
        raise ConfigurationError(
            f"The scheme `{url.partition('://')[0]}` is not supported.",
            hint="A database URL begins with postgresql://",
        )
    plain = POSTGRESQL_URL.sub("postgresql://", url, count=1)
    pairs = [_host_and_port(unquote(host)) for host in re.findall(r"[?&]host=([^&]+)", plain)]
    is_list = len(pairs) > 1 or any(port for _, port in pairs)
    if is_list:
        plain = re.sub(r"([?&])host=[^&]+&?", r"\1", plain).rstrip("?&")
    try:
        dsn = dict(parse_dsn(plain))
    except psycopg2.ProgrammingError as error:
        raise _unclear() from error
    if is_list:
        dsn["host"] = ",".join(host for host, _ in pairs)
        dsn["port"] = ",".join(port for _, port in pairs)
    if "@" in str(dsn.get("host", "")) or not PORTS.fullmatch(str(dsn.get("port", ""))):
        raise _unclear()  # the rest of a password, which must not be shown as a host or port
    return dsn


def location(dsn: Mapping[str, Any]) -> str:
    """Return the URL of libpq's parameters without password and options."""
    host, port = str(dsn.get("host") or ""), str(dsn.get("port") or "")
    user = f"{dsn['user']}@" if dsn.get("user") else ""
    database = dsn.get("dbname", "")
    if host.startswith("/"):  # a Unix socket
        return f"postgresql://{user}/{database}?host={host}"
    pairs = zip_longest(host.split(","), port.split(","), fillvalue="")
    hosts = ",".join(f"{one}:{number}" if number else one for one, number in pairs)
    return f"postgresql://{user}{hosts}/{database}"


def _unclear() -> ConfigurationError:
    return ConfigurationError(
        "The database URL is malformed.",
        hint="postgresql://USER@HOST:PORT/DATABASE, special characters percent-encoded.",
    )


def _host_and_port(text: str) -> tuple[str, str]:
    """Return the two parts of `host:port` or `[host]:port`; a socket's folder has no port."""
    found = re.fullmatch(r"\[?([^]/]+?)\]?:(\d+)", text)
    is_address = text.count(":") > 1 and not text.startswith("[")
    return (found[1], found[2]) if found and not is_address else (text.strip("[]"), "")
