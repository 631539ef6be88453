"""A client for Provender servers, and for AiiDA's own REST API as far as that goes. Floor: client.

It knows servers by their answers alone. `pip install 'provender[client]'` brings what it needs.
"""

from __future__ import annotations

try:
    import httpx as _httpx  # noqa: F401 - to say what is missing
except ModuleNotFoundError as error:  # pragma: no cover - tests have it
    raise ModuleNotFoundError(
        "The client needs httpx, which is not installed: pip install 'provender[client]'",
        name=error.name,
    ) from None

from provender.client.errors import (
    Ambiguous,
    BadQuery,
    Busy,
    ClientError,
    Damaged,
    Incomplete,
    NotFound,
    NotServed,
    Outdated,
    ServerError,
    StillRunning,
    TooLarge,
    Unauthorized,
    Unreachable,
)
from provender.client.objects.process import Process
from provender.client.queries.lists import Listing
from provender.client.rows.results import Record, Rows
from provender.client.session import Client
from provender.client.transfers.bulk import Fetched
from provender.client.transfers.downloads import Download
from provender.client.transfers.mirroring import Mirrored
from provender.client.transport.connection import Connection
from provender.client.transport.retrying import Retries

__all__ = [
    "Ambiguous",
    "BadQuery",
    "Busy",
    "Client",
    "ClientError",
    "Connection",
    "Damaged",
    "Download",
    "Fetched",
    "Incomplete",
    "Listing",
    "Mirrored",
    "NotFound",
    "NotServed",
    "Outdated",
    "Process",
    "Record",
    "Retries",
    "Rows",
    "ServerError",
    "StillRunning",
    "TooLarge",
    "Unauthorized",
    "Unreachable",
]
