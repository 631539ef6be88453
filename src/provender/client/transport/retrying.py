"""How often, and after how long, a request is sent again. Floor: client."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from provender.client.errors import Busy, ClientError, Unreachable

# Longest wait that is not asked for by the server, in seconds.
LONGEST = 8.0
# Codes of a server that is not ready yet, and says how far it is: waited for as long as it takes.
PREPARING = "store-preparing"
# No place to wait in the server: what asked for one does without, and the error is not retried.
CROWDED = "too-many-waits"
# What errors of TLS have in their texts, and are called here.
TLS = "SSL"
# Codes of errors for which another try is no help.
HELPLESS = (CROWDED, TLS)


@dataclass(frozen=True, slots=True)
class Retries:
    """When a request that failed is sent again.

    Attributes:
        tries: How often a request is sent at most.
        first_seconds: The first wait; each further one is twice as long, up to eight seconds.
        patience_seconds: How long a server may make the client wait in all by `Retry-After`.
    """

    tries: int = 6
    first_seconds: float = 0.25
    patience_seconds: float = 120.0


class Attempts:
    """The tries of one request, or of one walk that goes on where it broke."""

    def __init__(self, retries: Retries) -> None:
        self._retries = retries
        self._failed = 0
        self._waited = 0.0

    def succeeded(self) -> None:
        """Begin to count anew: something has arrived."""
        self._failed, self._waited = 0, 0.0

    def failed(self, error: ClientError) -> None:
        """Wait before the next try, as long as the server asked for if it did.

        Raises:
            ClientError: the error itself, if another try makes no sense.
        """
        self._failed += 1
        if not isinstance(error, Busy | Unreachable) or error.code in HELPLESS:
            raise error
        after = error.retry_after
        is_preparing = error.code == PREPARING and after is not None
        if self._failed >= self._retries.tries and not is_preparing:
            raise error
        pause = self._pause() if after is None else after
        if self._waited + pause > self._retries.patience_seconds and not is_preparing:
            raise error
        self._waited += pause
        time.sleep(pause)

    def _pause(self) -> float:
        longest = min(LONGEST, self._retries.first_seconds * 2.0 ** (self._failed - 1))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - so that clients do not meet again


def seconds_of(retry_after: str | None) -> float | None:
    """Return how many seconds a header `Retry-After` asks to wait; None if it says nothing."""
    if not retry_after:
        return None
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        when = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=timezone.utc)
    return max(0.0, (when - datetime.now(timezone.utc)).total_seconds())
