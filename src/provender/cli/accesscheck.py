"""Checking who may read what, and which web sites. Floor: cli."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

from provender.cli.findings import Finding, ok, problem, warning
from provender.errors import ConfigurationError
from provender.nearest import nearest
from provender.settings import ANYONE, KNOWN, Settings
from provender.store.profiles import Profiles

SUBJECT = "access"


def check_access(settings: Settings, profiles: Profiles) -> Iterator[Finding]:
    """Look who may read the profiles, and whether there are such users."""
    from provender.web.access.rights import rights_of  # noqa: PLC0415 - the web floor, for this only

    access, rights = settings.access, rights_of(settings, profiles)
    guarded = sorted(name for name in rights.profiles if not rights.is_open(name))
    readers = frozenset().union(*rights.profiles.values(), rights.metrics) - {ANYONE, KNOWN}
    yield from _check_file(access.file, readers, has_header=access.header is not None)
    yield from _check_header(settings)
    if rights.is_needed and access.file is None and access.header is None:
        yield problem(SUBJECT, "There are readers, but no users: set `access.file`.")
    if access.file is not None and not rights.is_needed:
        yield warning(SUBJECT, "There are users, but everything is for `anyone`: set `readers`.")
    if settings.metrics and guarded and rights.may_collect(None):
        words = "/metrics is for `anyone` and names all profiles: set `access.metrics`."
        yield warning(SUBJECT, words)
    if settings.metrics and guarded and not rights.metrics:
        yield warning(SUBJECT, "/metrics is for nobody: set `access.metrics`.")
    named = [entry for entry in settings.cors if entry != "*"]
    sites = f"scripts of {', '.join(named) or 'no other web site'} may read them"
    yield ok(SUBJECT, f"guarded: {', '.join(guarded)}; {sites}" if guarded else "all are open")


def _check_file(
    file: Path | None, readers: frozenset[str], *, has_header: bool
) -> Iterator[Finding]:
    """Look at the file of users."""
    from provender.web.access.accounts import content_of, parse  # noqa: PLC0415 - the web floor, for this only

    if file is None:
        return
    try:
        accounts = parse(content_of(file))
        mode = file.stat().st_mode
    except OSError as error:
        words = f"The file {file} cannot be read ({error.strerror or error}): there are no users."
        yield problem(SUBJECT, words)
        return
    if mode & (stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP):
        yield warning(SUBJECT, f"Others may read or change the file {file}: chmod g-w,o-rwx {file}")
    for fault in accounts.faults:
        yield problem(SUBJECT, f"{file}: {fault}.")
    for name in sorted(readers - accounts.names) if not has_header else ():
        close = nearest(name, accounts.names)
        hint = f" Did you mean `{close}`?" if close else ""
        yield warning(SUBJECT, f"No user in {file} is called `{name}`.{hint}")


def _check_header(settings: Settings) -> Iterator[Finding]:
    """Look whose word is taken for a user."""
    from provender.web.middleware.proxies import UNIX, Peers  # noqa: PLC0415 - the web floor, for this only

    header, trusted = settings.access.header, settings.access.trusted
    try:
        Peers(trusted, "access.trusted")
    except ConfigurationError as error:
        yield problem(SUBJECT, error)
        return
    if header and not trusted:
        yield warning(SUBJECT, f"The header {header} is never believed: set `access.trusted`.")
    if any(ip_network(entry, strict=False).prefixlen == 0 for entry in trusted if entry != UNIX):
        yield warning(SUBJECT, "`access.trusted` is everybody: any client can be any user.")


def check_rates(settings: Settings) -> Iterator[Finding]:
    """Look whether the requests of a client can be counted."""
    from provender.web.access import rates  # noqa: PLC0415 - the web floor, for this only

    if settings.limits.requests is None:
        return
    try:
        rates.check(settings.limits)
    except ConfigurationError as error:
        yield problem("requests", error)
    else:
        yield ok("requests", f"{settings.limits.requests} of one client")


def check_sites(settings: Settings) -> Iterator[Finding]:
    """Look which web sites may read answers, and under which names this server answers."""
    from provender.web.middleware.crossorigin import EVERYBODY, origin  # noqa: PLC0415 - the web floor, for this only
    from provender.web.middleware.hosts import HINT, is_host  # noqa: PLC0415 - the same

    for entry in (*settings.cors, *settings.frame_ancestors):
        try:
            origin(entry)
        except ConfigurationError as error:
            yield problem("web sites", error)
    for entry in settings.trusted_hosts:
        if not is_host(entry.removeprefix(".")):
            yield problem(
                "web sites", f"`trusted_hosts` holds `{entry}`, which is not a host. {HINT}"
            )
    if EVERYBODY not in settings.cors and not settings.trusted_hosts:
        yield warning(
            "web sites",
            "`cors` keeps web sites out, but one whose name leads to this server (DNS rebinding) "
            "gets in: set `trusted_hosts`, too.",
        )
