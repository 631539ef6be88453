"""The threads that answer requests. Floor: web.

Those of waitress wait for a condition, in some hundred lines of Python, each of which competes for
Python's lock with the next request.
"""

from __future__ import annotations

import logging
import threading
from queue import Empty, SimpleQueue
from typing import Protocol

LOGGER = logging.getLogger(__name__)


class Task(Protocol):
    """A connection with a request."""

    def service(self) -> None:
        """Answer the request, or go on answering it."""
        ...

    def cancel(self) -> None:
        """Give up all requests."""
        ...


class Threads:
    """Some threads, and the connections that wait for one."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._waiting: SimpleQueue[Task | None] = SimpleQueue()
        for number in range(count):
            threading.Thread(target=self._run, name=f"request-{number}", daemon=True).start()

    @property
    def are_wanted(self) -> bool:
        """Whether a connection waits for a thread."""
        return not self._waiting.empty()

    def add_task(self, task: Task) -> None:
        """Have a thread answer a request."""
        self._waiting.put(task)

    def shutdown(self) -> None:
        """Give up the requests that wait for a thread, and end the threads."""
        try:
            while (task := self._waiting.get_nowait()) is not None:
                task.cancel()
        except Empty:
            pass
        for _ in range(self._count):
            self._waiting.put(None)

    def _run(self) -> None:
        while (task := self._waiting.get()) is not None:
            try:
                task.service()
            except BaseException:  # the thread serves others
                LOGGER.exception("a request failed")
            del task  # or the connection would be kept until the next request
