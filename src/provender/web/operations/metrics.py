"""Metrics for Prometheus at `/metrics`. Floor: web.

Where `PROMETHEUS_MULTIPROC_DIR` names a folder, the processes of a server write their metrics into
files there, and each answers with the sums of all.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    Metric,
    ProcessCollector,
    values,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from provender.errors import ConfigurationError
from provender.web.context import Context
from provender.web.middleware.trace import Trace
from provender.web.operations.gauges import Gauges, ProcessGauges
from provender.web.operations.probes import unstored

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
# Upper bounds in seconds, from a cached answer to the time-out of a statement.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
METHODS = frozenset(("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"))
CREATED = "_created"
TOTAL = "_total"
# The label of all unknown methods and paths, so that clients cannot create labels.
OTHER = "other"


class Lean(Collector):
    """Another collector, without the creation time of each counter: that is half of all lines."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    def collect(self) -> Iterator[Metric]:
        """Return the families of metrics."""
        for family in self._collector.collect():
            family.samples = [item for item in family.samples if not item.name.endswith(CREATED)]
            if family.type == "gauge" and family.name.endswith(TOTAL):  # of `ProcessGauges`
                family.name, family.type = family.name.removesuffix(TOTAL), "counter"
            yield family


class Sums(Collector):
    """What the processes wrote into their files, summed."""

    def collect(self) -> Iterable[Metric]:
        """Return the families of metrics."""
        files = [str(path) for path in Path(os.environ[FOLDER]).glob("*.db") if has_begun(path)]
        return MultiProcessCollector.merge(files)  # type: ignore[no-any-return,no-untyped-call] # it has no types


def has_begun(file: Path) -> bool:
    """Return whether a file holds anything; the library fails on a file that is just created."""
    try:
        return file.stat().st_size > 0
    except FileNotFoundError:
        return False


class Metrics:
    """The metrics of an application."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._lock = threading.Lock()
        self._contexts: list[Context] = []
        self._gauges = Gauges(registry)
        text = "Requests answered"
        labels = ("route", "method", "status")
        self._requests = Counter("provender_requests", text, labels, registry=registry)
        text = "Seconds until the last byte of the answer was sent"
        self._seconds = Histogram(
            "provender_request_seconds", text, labels[:1], buckets=BUCKETS, registry=registry
        )
        text = "Bytes of bodies before compression by a web server"
        self._sent = Counter("provender_sent_bytes", text, labels[:1], registry=registry)
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram, Counter]] = {}

    def watch(self, context: Context) -> None:
        """Show the metrics of an application."""
        self._contexts.append(context)

    def count(self, environ: WSGIEnvironment, trace: Trace) -> None:
        """Count a request that has ended."""
        method = environ["REQUEST_METHOD"]
        key = (trace.route or OTHER, method if method in METHODS else OTHER, trace.status)
        children = self._children.get(key)
        if children is None:
            children = self._children[key] = self._label(*key)
        requests, seconds, sent = children
        requests.inc()
        seconds.observe(trace.seconds)
        sent.inc(trace.bytes)

    def expose(self) -> Response:
        """Answer all metrics, in the format that the request asks for."""
        self.refresh()
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return unstored(Response(encode(self.collected()), content_type=content_type))

    def refresh(self) -> None:
        """Update the metrics that other modules count."""
        with self._lock:
            self._gauges.refresh(self._contexts)

    def collected(self) -> Collector:
        """Return what is to be shown."""
        return Lean(self._registry)

    def _label(self, route: str, method: str, status: int) -> tuple[Counter, Histogram, Counter]:
        return (
            self._requests.labels(route, method, str(status)),
            self._seconds.labels(route),
            self._sent.labels(route),
        )


class OwnMetrics(Metrics):
    """The metrics of one application in one process."""

    def __init__(self) -> None:
        super().__init__()
        ProcessCollector(registry=self._registry)


class SharedMetrics(Metrics):
    """The metrics of all applications of this process, in files that other processes read.

    What requests do not change is written every second by a thread that the first request of a
    process begins: whoever is asked reads the files of all.
    """

    PUBLISH_SECONDS = 1.0

    def __init__(self) -> None:
        super().__init__()
        self._process = ProcessGauges(self._registry)
        self._publisher = 0
        release = self._lock.release  # no fork while the files are written, so that no lock is lost
        os.register_at_fork(
            before=self._lock.acquire, after_in_parent=release, after_in_child=release
        )

    def count(self, environ: WSGIEnvironment, trace: Trace) -> None:
        """Count a request that has ended."""
        super().count(environ, trace)
        if self._publisher != os.getpid():
            self._publisher = os.getpid()
            threading.Thread(target=self._publish, daemon=True).start()

    def refresh(self) -> None:
        """Update the metrics that other modules count."""
        super().refresh()
        with self._lock:
            self._process.refresh()

    def collected(self) -> Collector:
        """Return the sums of all files."""
        return Lean(Sums())

    def _publish(self) -> None:
        while True:
            self.refresh()
            time.sleep(self.PUBLISH_SECONDS)


@cache
def _shared() -> SharedMetrics:
    """Return the metrics of this process; its applications share them, as they share files."""
    try:
        return SharedMetrics()
    except OSError as error:
        raise ConfigurationError(
            f"{FOLDER} does not name a folder that can be written to: {error.strerror}.",
            hint="The folder must exist and be empty when the server starts.",
        ) from error


def register(app: Flask, context: Context) -> Metrics:
    """Add `/metrics` to an application, and return its metrics."""
    metrics = OwnMetrics() if values.ValueClass is values.MutexValue else _shared()
    metrics.watch(context)
    app.add_url_rule("/metrics", "metrics", metrics.expose, strict_slashes=False)
    return metrics
