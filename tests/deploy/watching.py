"""Asking a server from several threads while rows are written, and judging every answer."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

from deploy.processes import PATIENCE, wait_until
from support import postgres
from support.described import Got, check

MOST = 100_000
LIMITS = {"default": MOST}
"""Of a server that is watched: on a busy machine more rows are added than it shows else."""
PATH = f"/api/v4/users?limit={MOST}&orderby=id"
OTHERS = 1000
"""Users of the lab have smaller ids."""
INSERT = (
    "INSERT INTO db_dbuser (id, email, first_name, last_name, institution) "
    "VALUES ({0}, 'x{0}@y.z', 'New', 'User', '')"
)


@dataclass(frozen=True)
class Seen:
    """One answer: when it was asked for and given, its status, and the rows that it names."""

    asked: float
    answered: float
    status: int | str
    etag: str | None = None
    rows: tuple[int, ...] = ()
    total: int = 0
    may_retry: bool = False


class Watch:
    """Several clients that ask for all users, half of the time with the last ETag they have."""

    def __init__(self, root: str):
        self._parts = urlsplit(root)
        self._stop = threading.Event()
        self.seen: list[Seen] = []

    def work(self, *, with_etags: bool) -> None:
        known: Seen | None = None
        while not self._stop.is_set():
            one = self._ask(known if with_etags else None)
            self.seen.append(one)
            known = one if one.etag else known

    def _ask(self, known: Seen | None) -> Seen:
        connection = http.client.HTTPConnection(self._parts.netloc, timeout=PATIENCE)
        asked = time.monotonic()
        try:
            headers = {"If-None-Match": known.etag} if known else {}
            connection.request("GET", PATH, headers=headers)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            return Seen(asked, time.monotonic(), repr(error))
        finally:
            connection.close()
        now, etag = time.monotonic(), response.getheader("ETag")
        named = {name.lower(): value for name, value in response.getheaders()}
        check(Got("GET", PATH, response.status, named, body))
        if response.status == 304:
            return Seen(asked, now, 304, etag, known.rows, known.total)
        if response.status != 200:
            may_retry = response.getheader("Retry-After") is not None
            return Seen(asked, now, response.status, may_retry=may_retry)
        rows = tuple(row["id"] for row in json.loads(body)["data"]["users"])
        return Seen(asked, now, 200, etag, rows, int(response.getheader("X-Total-Count")))

    def stop(self) -> None:
        self._stop.set()

    def wait_for(self, number: int) -> None:
        """Wait for so many more good answers."""
        before = len(self.seen)
        wait_until(lambda: sum(one.status == 200 for one in self.seen[before:]) >= number)


@contextmanager
def watching(root: str, threads: int = 4):
    watch = Watch(root)
    workers = [
        threading.Thread(target=watch.work, kwargs={"with_etags": number % 2 == 0})
        for number in range(threads)
    ]
    for worker in workers:
        worker.start()
    try:
        yield watch
    finally:
        watch.stop()
        for worker in workers:
            worker.join()


class Writer:
    """Adds users one by one, and knows since when each is committed."""

    def __init__(self) -> None:
        self.committed: dict[int, float] = {}

    @contextmanager
    def on(self, url: str, first: int, before: str = "SELECT 1"):
        """Write all the time, numbers from `first` on; `before` is run first, in the session."""
        stop = threading.Event()

        def work() -> None:
            with closing(postgres.connect(url)) as connection, connection.cursor() as cursor:
                cursor.execute(before)
                number = first
                while not stop.is_set():
                    cursor.execute(INSERT.format(number))
                    self.committed[number] = time.monotonic()
                    number += 1
                    stop.wait(0.02)

        worker = threading.Thread(target=work)
        worker.start()
        try:
            yield
        finally:
            stop.set()
            worker.join()


def wrong(seen: list[Seen], writer: Writer) -> list[str]:
    """Return what is wrong with good answers.

    Rows are written in the order of their numbers, so an answer must hold the first of them
    without a gap; it must hold all that were committed before it was asked for; its total
    must be that of its rows; and no ETag may name two different answers.
    """
    faults: list[str] = []
    numbers = sorted(writer.committed)
    bodies: dict[str, tuple[int, ...]] = {}
    for one in (one for one in seen if one.status in (200, 304)):
        added = [row for row in one.rows if row >= OTHERS]
        least = sum(when < one.asked for when in writer.committed.values())
        # one more may be committed already that its writer does not know of yet
        if added[: len(numbers)] != numbers[: len(added)] or len(added) > len(numbers) + 1:
            faults.append(f"a gap: {added}")
        if len(added) < least:
            faults.append(f"stale: {len(added)} rows, {least} were committed")
        if one.total != len(one.rows):
            faults.append(f"{len(one.rows)} rows, but a total of {one.total}")
        if one.etag and bodies.setdefault(one.etag, one.rows) != one.rows:
            faults.append(f"two answers of one name: {one.etag}")
    return faults


def summary(seen: list[Seen], since: float, until: float) -> str:
    """Return in words what was answered between two times."""
    inside = [one for one in seen if since <= one.answered < until]
    counts = Counter(one.status for one in inside)
    good = sorted(one.answered for one in inside if one.status in (200, 304))
    pauses = [after - before for before, after in pairwise([since, *good])]
    slowest = max(one.answered - one.asked for one in inside)
    return (
        f"{dict(counts)} in {until - since:.1f} s, longest time without a good answer "
        f"{max(pauses, default=0) * 1000:.0f} ms, slowest answer {slowest * 1000:.0f} ms"
    )
