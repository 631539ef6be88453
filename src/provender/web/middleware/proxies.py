"""Which peers are trusted, and the forwarded headers of trusted proxies. Floor: web."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Any

from werkzeug.middleware.proxy_fix import ProxyFix

from provender.errors import ConfigurationError
from provender.settings import Proxy
from provender.web.middleware.clients import address_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Name in the setting for a peer on a Unix socket, which has no address.
UNIX = "unix"
# Where werkzeug's `ProxyFix` keeps what it replaced.
BEFORE = "werkzeug.proxy_fix.orig"


class Peers:
    """The addresses and networks of a setting, and `unix` for a peer without an address.

    Raises:
        ConfigurationError: an entry is neither an address nor a network.
    """

    def __init__(self, entries: Iterable[str], setting: str) -> None:
        self._has_unix = UNIX in entries
        self._networks = tuple(_network(entry, setting) for entry in entries if entry != UNIX)

    def __contains__(self, address: str) -> bool:
        """Return whether the setting names an address; without one, whether it names `unix`."""
        if not address:
            return self._has_unix
        found = address_of(address)
        return found is not None and any(found in network for network in self._networks)


class TrustedProxies:
    """WSGI middleware: applies `X-Forwarded-For`, `-Proto`, `-Host`, `-Prefix` of trusted peers.

    Raises:
        ConfigurationError: an entry of `proxy.trusted` is neither an address nor a network.
    """

    def __init__(self, app: WSGIApplication, settings: Proxy) -> None:
        hops = settings.hops
        self._app = app
        self._behind = ProxyFix(app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops)
        self._peers = Peers(settings.trusted, "proxy.trusted")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; the headers of a trusted proxy say where it came from."""
        is_trusted = peer(environ) in self._peers
        return (self._behind if is_trusted else self._app)(environ, start_response)


def peer(environ: Mapping[str, Any]) -> str:
    """Return the address that the connection came from, whatever a proxy says of its client."""
    address = environ.get(BEFORE, environ).get("REMOTE_ADDR")
    return address or ""


def _network(entry: str, setting: str) -> IPv4Network | IPv6Network:
    """Return the network of an entry; an address is a network of one."""
    try:
        return ip_network(entry, strict=False)
    except ValueError as error:
        raise ConfigurationError(
            f"`{setting}` holds `{entry}`, which is neither an address nor a network.",
            hint="For example 127.0.0.1, 10.0.0.0/8, ::1, or `unix` for a Unix socket.",
        ) from error
