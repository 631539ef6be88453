"""Applying the forwarded headers of trusted proxies. Floor: web."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

from provender.errors import ConfigurationError
from provender.settings import Proxy

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Name in the setting for a peer on a Unix socket, which has no address.
UNIX = "unix"


class TrustedProxies:
    """WSGI middleware: applies `X-Forwarded-For`, `-Proto`, `-Host`, `-Prefix` of trusted peers.

    Raises:
        ConfigurationError: an entry of `proxy.trusted` is neither an address nor a network.
    """

    def __init__(self, app: WSGIApplication, settings: Proxy) -> None:
        hops = settings.hops
        self._app = app
        self._behind = ProxyFix(app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops)
        self._trusts_unix = UNIX in settings.trusted
        self._networks = tuple(_network(entry) for entry in settings.trusted if entry != UNIX)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; the headers of a trusted proxy say where it came from."""
        is_trusted = self._trusts(environ.get("REMOTE_ADDR") or "")
        return (self._behind if is_trusted else self._app)(environ, start_response)

    def _trusts(self, peer: str) -> bool:
        if not peer:
            return self._trusts_unix
        try:
            address = ip_address(peer.partition("%")[0])
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return any(address in network for network in self._networks)


def _network(entry: str) -> IPv4Network | IPv6Network:
    """Return the network of an entry; an address is a network of one."""
    try:
        return ip_network(entry, strict=False)
    except ValueError as error:
        raise ConfigurationError(
            f"`proxy.trusted` holds `{entry}`, which is neither an address nor a network.",
            hint="For example 127.0.0.1, 10.0.0.0/8, ::1, or `unix` for a Unix socket.",
        ) from error
