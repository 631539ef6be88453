"""How many connections the descriptors of this process suffice for. Floor: web."""

from __future__ import annotations

import contextlib

try:
    import resource
except ImportError:  # not on this system
    resource = None  # type: ignore[assignment]
HAS_LIMIT = resource is not None

# Open connections of one process, and the descriptors of one: socket, file sent, file spooled.
MOST_CONNECTIONS, PER_CONNECTION = 1000, 3
# Descriptors left for stores, databases and logs.
RESERVED = 256
FEWEST_CONNECTIONS = 50


def most_connections() -> int:
    """Return how many connections may be open; the limit of descriptors is raised for them."""
    if not HAS_LIMIT:
        return MOST_CONNECTIONS
    wanted = RESERVED + MOST_CONNECTIONS * PER_CONNECTION
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if soft == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    fitting = (soft - RESERVED) // PER_CONNECTION
    return max(FEWEST_CONNECTIONS, min(MOST_CONNECTIONS, fitting))
