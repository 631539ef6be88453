"""Which addresses are one client, and its connection to waitress. Floor: web."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# Where waitress leaves a method of the connection.
WAITRESS = "waitress.client_disconnected"
# Bits of an IPv6 address that name a network: one client has all addresses in it.
NETWORK_BITS = 64


def address_of(text: str) -> IPv4Address | IPv6Address | None:
    """Return an address without its zone, an IPv4 address inside IPv6 as itself; None if none."""
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def client_of(address: str) -> str:
    """Return the name of the client at an address: the address, of IPv6 its network."""
    return _network(address) if ":" in address else address


@lru_cache(maxsize=1000)
def _network(address: str) -> str:
    found = address_of(address)
    if not isinstance(found, IPv6Address):
        return address if found is None else str(found)
    return str(ip_network((found, NETWORK_BITS), strict=False))
