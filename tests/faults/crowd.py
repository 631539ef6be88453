"""Clients that ask all the time, while something breaks, and judge each answer."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from support.described import Got, check
from support.waiting import wait_until

BOUND = 12.0
"""Seconds within which every answer has come: a statement and all that may be waited for."""
RECOVERED = 10.0
"""Seconds that a recovery is waited for, on a busy machine; a tenth of a second is usual."""
IN_A_ROW = 20
POST = json.dumps(
    {
        "path": [
            {"entity_type": "process.ProcessNode.", "tag": "a"},
            {"entity_type": "", "tag": "b", "joining_keyword": "with_incoming",
             "joining_value": "a"},
        ],
        "project": {"a": ["id", "uuid"], "b": ["id", "attributes"]},
        "order_by": [{"a": "id"}, {"b": "id"}],
    }
)  # fmt: skip
API = "/api/v4"
FILE = '/nodes/a8358adf-784e-45d5-9623-3b6914b7acac/repo/contents?filename="aiida.in"'
PATHS = (
    *(f"{API}/nodes?limit=400&attributes=true&extras=true&orderby=-id&id>{n}" for n in range(4)),
    *(f"{API}/nodes/page/{n}?perpage=50" for n in range(1, 4)),
    *(f"{API}/{name}?limit=5" for name in ("users", "computers", "groups", "processes")),
    *(f"{API}/nodes?id={n}" for n in (7, 30, 80, 200)),
    f"{API}/nodes/statistics",
    f"{API}/nodes/full_types",
    f"{API}/querybuilder",
)


@dataclass(frozen=True)
class Seen:
    """One answer: when it was asked for and had come, its status or error, and what is wrong."""

    asked: float
    answered: float
    status: int | str
    wrong: str = ""


@dataclass(frozen=True)
class Whole:
    """An answer without what changes from request to request."""

    status: int
    body: bytes
    total: str | None


class Crowd:
    """Several clients; `seen` grows while they ask. `may_break` allows connections to be ended."""

    def __init__(self, root, *, may_break):
        self._address = urlsplit(root).netloc
        self._may_break = may_break
        self._stop = threading.Event()
        self.known = wait_until(self._all)
        self.seen = []

    def _all(self):
        """Return all answers as they are while nothing is broken, or None."""
        known = {path: self._fetch(path) for path in PATHS}
        return known if {whole.status for whole in known.values()} == {200} else None

    def _fetch(self, path):
        connection = http.client.HTTPConnection(self._address, timeout=BOUND)
        try:
            if path.endswith("/querybuilder"):
                connection.request("POST", path, POST)
            else:
                connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            total = answer.getheader("X-Total-Count")
            named = {name.lower(): value for name, value in answer.getheaders()}
            method = "POST" if path.endswith("/querybuilder") else "GET"
            check(Got(method, path, answer.status, named, body))
            if answer.status == 503 and not answer.getheader("Retry-After"):
                body = b"no Retry-After"
            return Whole(answer.status, body, total)
        finally:
            connection.close()

    def work(self, place):
        while not self._stop.is_set():
            path = PATHS[place % len(PATHS)]
            place += 1
            asked = time.monotonic()
            try:
                whole = self._fetch(path)
            except (OSError, http.client.HTTPException) as error:
                wrong = "" if self._may_break and not isinstance(error, TimeoutError) else path
                self.seen.append(Seen(asked, time.monotonic(), type(error).__name__, wrong))
                time.sleep(0.05)
                continue
            wrong = self._wrong(path, whole)
            self.seen.append(Seen(asked, time.monotonic(), whole.status, wrong))
            if whole.status != 200:
                time.sleep(0.02)

    def _wrong(self, path, whole):
        """Return what is wrong with an answer, or an empty text."""
        if whole == self.known[path]:
            return ""
        is_posted = path.endswith("/querybuilder")
        if whole.status == 503 or (whole.status == 400 and is_posted):
            told = json.loads(whole.body) if whole.body.startswith(b"{") else {}
            if told.get("message") and told.get("code"):
                return ""
        return f"{path}: {whole.status} {whole.body[:300]!r}"

    def stop(self):
        self._stop.set()

    def wait_for(self, status, number=3):
        """Wait until so many more answers of a status have come."""
        before = len(self.seen)
        wait_until(lambda: sum(one.status == status for one in self.seen[before:]) >= number)

    def recovery(self, since):
        """Return the seconds from a time until the first of many good answers in a row."""

        def first():
            good = []
            for one in tuple(self.seen):
                if one.asked >= since:
                    good = [*good, one] if one.status == 200 else []
                if len(good) == IN_A_ROW:
                    return good[0]
            return None

        found = wait_until(first, patience=RECOVERED)
        return max(0.0, found.answered - since)

    def wrong(self):
        return [one.wrong for one in self.seen if one.wrong]

    def counts(self):
        return Counter(one.status for one in self.seen)

    def worst(self):
        return max(one.answered - one.asked for one in self.seen)


@contextmanager
def asking(root, *, clients=6, may_break=False):
    """Yield a crowd that asks from the first line of the block to its last."""
    crowd = Crowd(root, may_break=may_break)
    workers = [threading.Thread(target=crowd.work, args=(3 * number,)) for number in range(clients)]
    for worker in workers:
        worker.start()
    try:
        crowd.wait_for(200, IN_A_ROW)
        yield crowd
    finally:
        crowd.stop()
        for worker in workers:
            worker.join()
