"""Serving until a signal comes, and finishing the requests that run then. Floor: web."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

from provender.web.middleware.trace import Lifecycle
from provender.web.serving.listening import Server

LOGGER = logging.getLogger(__name__)

STOPPING = (signal.SIGINT, signal.SIGTERM)
# Seconds without a request until the server counts as idle: one may be on its way to a thread.
SETTLED_SECONDS = 0.2
TICK = 0.05
POLL_SECONDS = 0.2


class Stop:
    """Signals received: the first means stop, the second means stop at once."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.is_urgent = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Take note of a signal."""
        self.is_urgent = self.asked.is_set()
        self.asked.set()


def run(server: Server, lifecycle: Lifecycle, on_ready: Callable[[], None] | None) -> None:
    """Serve in another thread, so that this one can stop it when a signal arrives."""
    stop = Stop()
    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {number: signal.signal(number, stop) for number in STOPPING}
    worker = threading.Thread(target=server.run, daemon=True)
    worker.start()
    try:
        if on_ready is not None:
            on_ready()
        while not stop.asked.wait(POLL_SECONDS):
            pass  # another thread may have got the signal: its handler runs when this one wakes
        lifecycle.is_draining = True
        server.refuse()
        _drain(server, lifecycle, stop)
    finally:
        server.close()
        worker.join()
        for number, handler in before.items():
            signal.signal(number, handler)


def _drain(server: Server, lifecycle: Lifecycle, stop: Stop) -> None:
    """Wait for the requests that run."""
    begun = busy = time.monotonic()
    is_told = False
    while not stop.is_urgent and time.monotonic() < begun + server.drain_seconds:
        server.hang_up()
        if lifecycle.running and not is_told and time.monotonic() >= begun + SETTLED_SECONDS:
            text = "stopping: up to %g s for running requests (%d); Ctrl-C ends them at once"
            LOGGER.info(text, server.drain_seconds, len(lifecycle.running))
            is_told = True
        if lifecycle.running or server.is_busy():
            busy = time.monotonic()
        elif time.monotonic() >= busy + SETTLED_SECONDS:
            return
        time.sleep(TICK)
    if lifecycle.running:
        LOGGER.warning("stopped: %d requests were not finished", len(lifecycle.running))
