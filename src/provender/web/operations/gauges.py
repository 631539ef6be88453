"""Metrics of stores, memory and the operating system. Floor: web."""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector

from provender.store.database.memory import Tally
from provender.version import __version__
from provender.web.context import Context


class Gauges:
    """Metrics with a present value; with several processes the sum over the living ones.

    Not safe to share between threads.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._stores = self._gauge("provender_stores_open", "Open stores")
        self._open = self._gauge(
            "provender_connections_open", "Open database connections", "profile"
        )
        self._used = self._gauge(
            "provender_connections_used", "Database connections in use", "profile"
        )
        self._running = self._gauge("provender_requests_running", "Requests being answered")
        self._memory = self._gauge("provender_cache_bytes", "Bytes of answers cached in memory")
        self._expensive = self._gauge(
            "provender_expensive", "Expensive requests that run, and that wait", "state"
        )
        self._waits = self._gauge("provender_waits", "Requests that wait for a change")
        self._streams = self._gauge("provender_streams", "Tables and archives that are being sent")
        text = "Statements stopped for clients that went away, or for cheaper requests"
        self._stopped = Counter("provender_statements_stopped", text, registry=registry)
        names, text = ("cache", "result"), "Lookups of answers and counts in memory"
        self._lookups = Counter("provender_cache_lookups", text, names, registry=registry)
        build = self._gauge("provender_processes", "Processes that serve, by version", "version")
        build.labels(__version__).set(1)
        self._profiles: set[str] = set()
        self._seen: dict[tuple[int, int, str, str], int] = {}

    def refresh(self, contexts: list[Context]) -> None:
        """Set the metrics from all applications."""
        self._refresh_connections(contexts)
        self._running.set(sum(len(context.lifecycle.running) for context in contexts))
        self._waits.set(sum(context.waits.number for context in contexts))
        self._streams.set(sum(context.stores.streams.running for context in contexts))
        self._refresh_places(contexts)
        memories = [context.stores.memory for context in contexts]
        self._memory.set(sum(memory.held_bytes for memory in memories))
        for number, memory in enumerate(memories):
            self._follow(number, "answers", memory.answers)
            self._follow(number, "counts", memory.rows)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, multiprocess_mode="livesum", registry=self._registry)

    def _refresh_connections(self, contexts: list[Context]) -> None:
        found = [item for context in contexts for item in context.stores.connections()]
        self._stores.set(len(found))
        self._profiles |= {item.profile for item in found}
        for profile in self._profiles:
            mine = [item for item in found if item.profile == profile]
            self._open.labels(profile).set(sum(item.open for item in mine))
            self._used.labels(profile).set(sum(item.used for item in mine))

    def _refresh_places(self, contexts: list[Context]) -> None:
        places = [context.stores.places for context in contexts]
        self._expensive.labels("running").set(sum(item.running for item in places))
        self._expensive.labels("waiting").set(sum(item.waiting for item in places))
        for number, item in enumerate(places):
            key, stopped = (os.getpid(), number, "", "stopped"), item.stopped
            self._stopped.inc(stopped - self._seen.get(key, 0))
            self._seen[key] = stopped

    def _follow(self, number: int, cache: str, tally: Tally) -> None:
        """Add what a tally counted since the last call; after a fork it begins at zero."""
        for result, value in (("hit", tally.hits), ("miss", tally.misses)):
            key = (os.getpid(), number, cache, result)
            self._lookups.labels(cache, result).inc(value - self._seen.get(key, 0))
            self._seen[key] = value


class ProcessGauges:
    """Metrics of the operating system for each process that shares files, by the label `pid`.

    Prometheus' own collector would show those of the process that happens to answer.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._collector = ProcessCollector(registry=None)
        self._gauges: dict[str, Gauge] = {}

    def refresh(self) -> None:
        """Set the metrics of this process."""
        for family in self._collector.collect():
            for sample in family.samples:
                if sample.name not in self._gauges:
                    self._gauges[sample.name] = self._gauge(sample.name, family.documentation)
                self._gauges[sample.name].set(sample.value)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(name, text, multiprocess_mode="liveall", registry=self._registry)
