"""Checking passwords at a bounded cost: results are cached, wrong ones limited. Floor: web.

A check takes about 70 ms of a processor on purpose. One runs at a time in a process, a client that
is wrong too often has to wait, and so have all clients together.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from provender.errors import TooManyRequests
from provender.web.middleware.clients import client_of

# How long a right password is not checked again, in seconds, and how many are remembered.
FRESH_SECONDS = 300.0
MOST_CACHED = 1024
# Wrong passwords in a row, and how many more in a second: of one client, and of all.
OF_CLIENT = (5.0, 0.1)
OF_ALL = (20.0, 2.0)
MOST_CLIENTS = 4096
# Checks that wait for their turn, so that they do not hold all threads of a server; and how long.
MOST_WAITING = 3
PATIENCE = 2.0
BUSY = "Too many passwords are being checked."


@dataclass(slots=True)
class _Bucket:
    """How many wrong passwords are still allowed, at a time."""

    left: float
    moment: float


class Attempts:
    """The checks of passwords of a process; `clock` gives seconds, `patience` is in seconds."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, patience: float = PATIENCE
    ) -> None:
        self._clock = clock
        self._patience = patience
        self._key = secrets.token_bytes(32)
        self._right: OrderedDict[bytes, float] = OrderedDict()
        self._clients: OrderedDict[str, _Bucket] = OrderedDict()
        self._all = _Bucket(OF_ALL[0], clock())
        self._lock = threading.Lock()
        self._turn = threading.Semaphore()
        self._waiting = threading.Semaphore(MOST_WAITING + 1)
        self._running: dict[bytes, Future[bool]] = {}

    @property
    def clients(self) -> int:
        """The number of clients whose wrong passwords are counted."""
        return len(self._clients)

    def check(self, client: str, depends_on: tuple[str, ...], is_right: Callable[[], bool]) -> bool:
        """Return the result of a check; a right one is remembered for a while.

        The same check by several requests at a time is done once.

        Args:
            client: address of who asks.
            depends_on: what decides the result; only a keyed hash of it is remembered.
            is_right: the check.

        Raises:
            TooManyRequests: too many wrong passwords, from the client or from all of them.
        """
        key = hmac.digest(
            self._key, "\0".join(depends_on).encode("utf-8", "replace"), hashlib.sha256
        )
        network, own = client_of(client), None
        with self._lock:
            if self._right.get(key, 0.0) > self._clock():
                return True
            running = self._running.get(key)
            if running is None:
                self._take(network)
                running = own = self._running[key] = Future()
        if own is not None:
            self._run(key, network, own, is_right)
        return running.result()

    def _run(
        self, key: bytes, network: str, outcome: Future[bool], is_right: Callable[[], bool]
    ) -> None:
        """Do a check when it is its turn."""
        try:
            outcome.set_result(self._in_turn(is_right))
        except BaseException as error:  # whoever waits raises it
            outcome.set_exception(error)
        with self._lock:
            self._running.pop(key, None)
            if outcome.exception() is None and outcome.result():
                self._remember(key, network)

    def _in_turn(self, is_right: Callable[[], bool]) -> bool:
        if not self._waiting.acquire(blocking=False):
            raise _refused(BUSY, 1)
        try:
            if not self._turn.acquire(timeout=self._patience):
                raise _refused(BUSY, 1)
            try:
                return is_right()
            finally:
                self._turn.release()
        finally:
            self._waiting.release()

    def _take(self, network: str) -> None:
        """Count a check as a wrong one, until it is known to be right. Under the lock."""
        now = self._clock()
        own = self._clients.pop(network, None) or _Bucket(OF_CLIENT[0], now)
        self._clients[network] = own
        while len(self._clients) > MOST_CLIENTS:
            self._clients.popitem(last=False)
        _refill(own, OF_CLIENT, now)
        _refill(self._all, OF_ALL, now)
        if own.left < 1 or self._all.left < 1:
            raise _refused("Too many wrong passwords.", 10)
        own.left -= 1
        self._all.left -= 1

    def _remember(self, key: bytes, network: str) -> None:
        """Remember a right password, which is not counted. Under the lock."""
        self._right[key] = self._clock() + FRESH_SECONDS
        self._right.move_to_end(key)
        while len(self._right) > MOST_CACHED:
            self._right.popitem(last=False)
        for bucket in (self._clients.get(network), self._all):
            if bucket is not None:
                bucket.left += 1


def _refill(bucket: _Bucket, rate: tuple[float, float], now: float) -> None:
    most, each_second = rate
    bucket.left = min(most, bucket.left + each_second * (now - bucket.moment))
    bucket.moment = now


def _refused(message: str, seconds: int) -> TooManyRequests:
    return TooManyRequests(message, hint="Try again later.", retry_after=seconds)
