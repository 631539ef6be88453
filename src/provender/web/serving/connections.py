"""The connections of a process: how many, and which are given up. Floor: web."""

from __future__ import annotations

import heapq
import logging
import threading
import time
from collections import Counter, deque
from typing import Any

from waitress import wasyncore
from waitress.server import TcpWSGIServer

from provender.web.serving.channel import Channel, State
from provender.web.serving.polling import READ, WRITE, Polling
from provender.web.serving.spool import Spool

LOGGER = logging.getLogger(__name__)

# Connections accepted in a row; as many are given up at a time if there are too many.
MANY = 64
# Seconds for which a connection is never given up for another one.
GRACE_SECONDS = 1.5
# Seconds until it is looked again for connections that can be given up.
FULL_SECONDS = 0.2
# Answers that wait without a thread until they go on; more are not made to wait.
MOST_PAUSES = 200
# Seconds of sending after which it is looked for requests: a hundred clients can take a megabyte
# each.
SEND_SECONDS = 0.002
# Seconds between two looks at all connections.
LOOK_SECONDS = 1.0


class Connections(TcpWSGIServer):
    """The server of waitress; all connections are looked after in the thread of its loop."""

    channel_class = Channel

    def __init__(
        self,
        *arguments: Any,  # noqa: ANN401 - waitress'
        spool: Spool,
        client_seconds: float,
        idle_seconds: float,
        polling: Polling | None,
        **named: Any,  # noqa: ANN401 - waitress'
    ) -> None:
        self.spool = spool
        self._client_seconds = client_seconds
        self._idle_seconds = idle_seconds
        self._full_until = 0.0
        self._is_paused = False
        self._pauses: list[tuple[float, int, Channel]] = []
        self._taking: deque[Channel] = deque()
        self.next_channel_cleanup = 0.0
        self.polling = polling
        self._pulling, self._has_ended = threading.Lock(), False
        super().__init__(*arguments, **named)

    def run(self) -> None:
        """Serve until all is closed."""
        if self.polling is None:
            super().run()
            return
        for number in self._map:  # the listening socket, and the trigger
            self.polling.keep(number)
        while self._map:
            self._turn(self.polling)
        self.polling.close()

    def _turn(self, polling: Polling) -> None:
        """Wait once, and do what there is to do; new connections come last.

        Otherwise one could get the number of another, which has just ended, and its event.
        """
        is_paused = not self.readable()
        if is_paused != self._is_paused and self.accepting:
            polling.pause(self._fileno, is_paused=is_paused)
            self._is_paused = is_paused
        is_asked = False
        for number, events in polling.wait(self._patience(is_paused)):
            found = self._map.get(number)
            if found is self:
                is_asked = True
            elif events == WRITE and isinstance(found, Channel):
                self._taking.append(found)
            elif found is not None:
                _handle(found, events)
        if is_asked and self.accepting:
            wasyncore.readwrite(self, READ)
        self._send()
        while self._pauses and self._pauses[0][0] <= time.monotonic():
            heapq.heappop(self._pauses)[2].end_pause()

    def _patience(self, is_paused: bool) -> float:
        """Return the seconds for which nothing has to be done without an event."""
        if self._taking:
            return 0.0
        seconds = FULL_SECONDS if is_paused else LOOK_SECONDS
        if self._pauses:
            seconds = min(seconds, max(0.0, self._pauses[0][0] - time.monotonic()))
        return seconds

    def _send(self) -> None:
        """Send to those who can take more, but look for requests in between."""
        until = time.monotonic() + SEND_SECONDS
        while self._taking:
            channel = self._taking.popleft()
            if channel.connected:
                _handle(channel, WRITE)
            if time.monotonic() > until:
                return

    @property
    def has_room_for_pauses(self) -> bool:
        """Whether one more answer may wait without a thread until it goes on."""
        return self.polling is not None and len(self._pauses) < MOST_PAUSES

    def resume_at(self, moment: float, channel: Channel) -> None:
        """Let an answer go on at some time of the monotonic clock; called by the loop."""
        heapq.heappush(self._pauses, (moment, id(channel), channel))

    def add_task(self, task: Channel) -> None:
        """Have a thread answer the request of a connection, unless it is read by a thread."""
        if not task.keeps_thread:
            self.task_dispatcher.add_task(task)

    def pull_trigger(self, function: Any = None) -> None:  # noqa: ANN401 - a function without arguments
        """Wake the loop, which calls the function; without one only if it has to look itself.

        The loop calls functions, `end` among them, while it holds the lock of the trigger. So that
        lock is given back before `_pulling` is taken, which keeps the trigger open meanwhile.
        """
        if function is not None:
            with self.trigger.lock:
                self.trigger.thunks.append(function)
        if function is not None or self.polling is None:
            with self._pulling:
                if not self._has_ended:
                    self.trigger.pull_trigger()

    def end(self) -> None:
        """End all connections and the loop; called by the loop."""
        with self._pulling:
            self._has_ended = True
        for channel in tuple(self.active_channels.values()):
            channel.handle_close()
        wasyncore.close_all(self._map)

    def readable(self) -> bool:
        """Return whether new connections are taken; also looks after those there are."""
        now = time.monotonic()
        if now >= self.next_channel_cleanup:
            self.next_channel_cleanup = now + self.adj.cleanup_interval
            self.maintenance(now)
        return self.accepting and now >= self._full_until

    def handle_accept(self) -> None:
        """Take some connections; one that does nothing is given up for each that is too many."""
        for _ in range(MANY):
            count = len(self.active_channels)
            if count >= self.adj.connection_limit and not self._make_room():
                self._full_until = time.monotonic() + FULL_SECONDS
                return
            super().handle_accept()
            if len(self.active_channels) <= count:
                return  # none was waiting

    def maintenance(self, now: float) -> None:
        """End the connections whose client takes or sends nothing."""
        del now
        for channel in tuple(self.active_channels.values()):
            if channel.is_overdue(self._client_seconds, self._idle_seconds):
                self._cut(channel, "is too slow")

    def cut_slowest(self) -> None:
        """End the connection that has taken its answer most slowly."""
        now = time.monotonic()
        taking = [
            channel
            for channel in self.active_channels.values()
            if channel.state is State.TAKING and channel.progress.begun < now - GRACE_SECONDS
        ]
        if taking:
            slowest = min(taking, key=lambda channel: channel.progress.rate(now))
            self._cut(slowest, "takes its answer too slowly, and the spool is full")

    def _make_room(self) -> bool:
        """End some connections: idle ones first, of those addresses first that have most."""
        now = time.monotonic()
        before = now - GRACE_SECONDS
        found = [
            channel
            for channel in self.active_channels.values()
            if channel.creation_time < before and channel.state is not State.WAITING
        ]
        counts = Counter(channel.addr[0] for channel in found)

        def rank(channel: Channel) -> tuple[int, int, float]:
            is_taking = channel.state is State.TAKING
            age = channel.progress.rate(now) if is_taking else channel.last_activity
            return channel.state, -counts[channel.addr[0]], age

        found.sort(key=rank)
        for channel in found[:MANY]:
            self._cut(channel, "was given up for another one")
        return bool(found)

    def _cut(self, channel: Channel, reason: str) -> None:
        if channel.state is not State.IDLE:
            LOGGER.info("the connection of %s %s", channel.addr[0], reason)
        channel.handle_close()


def _handle(found: Any, events: int) -> None:  # noqa: ANN401 - a connection, or the trigger
    """Tell a connection what happens to it, and let it wait anew."""
    place = found.place if isinstance(found, Channel) else None
    if place is None:
        wasyncore.readwrite(found, events)
    elif place.begin():
        wasyncore.readwrite(found, events)
        place.end()
