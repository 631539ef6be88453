"""Many clients at once, who compare each answer with those that are right."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from support.server import ask
from support.waiting import wait_until


class Crowd:
    """Clients who ask for paths in turn; `right` holds the right bodies by path.

    `statuses` counts the answers, `wrong` are those with status 200 and another body, `odd` those
    that nobody may get. A body that ends before its length is `cut`.
    """

    def __init__(self, root, right, allowed=(200, 503), size=3):
        self.root = root
        self.right = right
        self.allowed = allowed
        self.statuses = Counter()
        self.wrong = []
        self.odd = []
        self.slowest = 0.0
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(size)]

    def _ask(self):
        while not self._is_over.is_set():
            for path, bodies in self.right.items():
                begun = time.monotonic()
                try:
                    answer = ask(self.root + path)
                except (OSError, http.client.HTTPException):
                    self.statuses["cut"] += 1
                    continue
                self.statuses[answer.status] += 1
                self.slowest = max(self.slowest, time.monotonic() - begun)
                if answer.status == 200 and answer.body not in bodies:
                    self.wrong.append((path, answer.body[:200]))
                elif answer.status not in self.allowed:
                    self.odd.append((path, answer.status, answer.body[:300]))

    def start(self):
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def counts(self):
        return self.statuses

    def worst(self):
        return self.slowest

    def has_seen(self, status, more=6):
        """Wait for more answers with a status."""
        enough = self.statuses[status] + more
        wait_until(lambda: self.statuses[status] >= enough)


@contextmanager
def crowd(root, right, **options):
    """Give a crowd that asks while the block runs; at its end nobody got a wrong answer."""
    found = Crowd(root, right, **options)
    found.start()
    try:
        found.has_seen(200)
        yield found
    finally:
        found.stop()
    assert found.wrong == []
    assert found.odd == []


def right_answers(client, paths):
    """Return the bodies of a client's answers by path."""
    bodies = {}
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        bodies[path] = {answer.data}
    return bodies


def descriptors():
    """Return how many files this process has open."""
    return sum(1 for _ in Path("/dev/fd").iterdir())
