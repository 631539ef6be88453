"""A connection: no thread ever waits for its client. Floor: web."""

from __future__ import annotations

import errno
import socket
import time
from enum import IntEnum
from functools import partial
from typing import Any

from waitress.buffers import OverflowableBuffer, ReadOnlyFileBasedBuffer
from waitress.channel import ClientDisconnected, HTTPChannel

from provender.web.serving.parsing import Parser
from provender.web.serving.polling import Place
from provender.web.serving.progress import Progress
from provender.web.serving.refusals import RefusalTask
from provender.web.serving.spool import Held, NoRoomError
from provender.web.serving.tasks import Task
from provender.web.serving.turns import Answer, SuspendedError

# Unsent bytes of an answer beyond which its thread is given up, and below which it goes on.
MOST_UNSENT, FEW_UNSENT = 1 << 19, 1 << 17
# Parts of at least that size are held as they are; smaller ones are gathered in buffers.
LARGE, BUFFER = 1 << 16, 1 << 18
# Bytes read and sent at once, and in a row before other connections have their turn.
BLOCK, ROW = 1 << 18, 1 << 18
# Seconds that an answer goes on if others wait for a thread. With 8 fast downloads of a compressed
# file, the p99 of a list was 177 ms with 0.02, and 59 ms with 0.005 (12 ms alone).
TURN_SECONDS = 0.005
# Seconds that a large answer waits for room if slow clients have taken it all.
ROOM_SECONDS = 0.5
# Seconds and bytes for which a refused client is listened to, so that it reads why.
LINGER_SECONDS, LINGER_BYTES = 2.0, 16 << 20


class State(IntEnum):
    """What a connection does; the first are given up first if there are too many."""

    IDLE = 0
    ASKING = 1
    TAKING = 2
    WAITING = 3


class Channel(HTTPChannel):
    """A connection of waitress that stops answers instead of threads."""

    parser_class = Parser
    error_task_class = RefusalTask

    def __init__(self, server: Any, sock: socket.socket, *rest: Any, **named: Any) -> None:  # noqa: ANN401 - waitress'
        self.answer: Answer | None = None
        self._task: Task | None = None
        self._is_parked = False
        self._paused_until = 0.0
        self._turn_begun = 0.0
        self.progress = Progress(sock)
        self._lingering: float | None = None
        self._discarded = 0
        self.close_when_flushed = False
        self.place: Place | None = None
        self.head = b""
        self.keeps_thread = False
        super().__init__(server, sock, *rest, **named)
        if server.polling is not None:
            self.place = server.polling.place(self._fileno, self)

    def renew(self) -> None:
        """Let the loop know what the connection waits for now."""
        if self.place is None:
            self.server.pull_trigger()
        else:
            self.place.renew()

    def del_channel(self, *rest: Any) -> None:  # noqa: ANN401 - waitress'
        """Wait no more; the socket is closed next."""
        if self.place is not None:
            self.place.close()
        super().del_channel(*rest)

    # Waitress writes the time of day into both, which may jump: the setters take no notice of it.

    @property
    def creation_time(self) -> float:
        """When the connection was made, by the monotonic clock."""
        return self._created

    @creation_time.setter
    def creation_time(self, _: float) -> None:
        self._created = time.monotonic()

    @property
    def last_activity(self) -> float:
        """When something was last sent or received, by the monotonic clock."""
        return self._moved

    @last_activity.setter
    def last_activity(self, _: float) -> None:
        self._moved = time.monotonic()

    # Called by the threads.

    def task_class(self, _: HTTPChannel, request: Parser) -> Task:
        """Return the task of a request: the one that was suspended, or a new one."""
        task, self._task = self._task, None
        return task or Task(self, request)

    def service(self) -> None:
        """Answer a request, or go on answering it, and those that come at once behind it."""
        self._turn_begun = time.monotonic()
        while self._serve() and self._takes_next():
            pass
        self.renew()  # last: the next request competes with this thread for Python's lock

    def _serve(self) -> bool:
        """Answer a request; return whether it is at its end."""
        resumed = self.answer
        if self.connected and resumed is None and self.total_outbufs_len >= MOST_UNSENT:
            self._park()  # pipelined: the answer before comes first
            return False
        try:
            super().service()
        except SuspendedError:
            self._park()
            return False
        if resumed is not None:  # the client may be gone: nothing went on
            resumed.end()
        return True

    def _takes_next(self) -> bool:
        """Read the next request if it is there already: then no other thread is woken for it."""
        if self.place is None or not self.place.take():  # the loop looks at the connection
            return False
        try:
            return self._reads_next()
        finally:
            self.place.give_back()

    def _reads_next(self) -> bool:
        is_over = self.requests or self.total_outbufs_len or self.will_close or not self.connected
        if is_over or self.close_when_flushed or self.server.task_dispatcher.are_wanted:
            return False
        try:
            data = self.socket.recv(self.adj.recv_bytes)
        except (OSError, AttributeError):  # nothing is there, or the connection was closed
            return False
        if not data:  # the loop notices the end, and closes
            return False
        self.last_activity = time.monotonic()
        self.keeps_thread = True
        try:
            self.received(data)
        finally:
            self.keeps_thread = False
        return bool(self.requests)

    def suspend(self, task: Task) -> None:
        """Note which task goes on later."""
        self._task = task

    def must_end(self) -> bool:
        """Return whether the thread must go: the client is slow, or others wait for theirs."""
        if self.total_outbufs_len >= MOST_UNSENT:
            return True
        is_long = time.monotonic() > self._turn_begun + TURN_SECONDS
        return is_long and bool(self.server.task_dispatcher.are_wanted)

    def pause(self, seconds: float) -> bool:
        """Let the answer go on later; return whether it does: not too many may wait so."""
        if not self.server.has_room_for_pauses:
            return False
        self._paused_until = time.monotonic() + seconds
        return True

    def _park(self) -> None:
        """Wait for the client without a thread, or for a thread, or until a pause is over."""
        if self._paused_until:
            self._is_parked = True
            self.server.pull_trigger(partial(self.server.resume_at, self._paused_until, self))
            return
        with self.outbuf_lock:
            self._is_parked = self.connected and self.total_outbufs_len >= FEW_UNSENT
            is_parked = self._is_parked
        if not is_parked:
            self.server.add_task(self)
        self.renew()

    def give_up(self) -> None:
        """Close the body of an answer that was sent or given up."""
        self._task = None
        answer, self.answer = self.answer, None
        if answer is not None:
            answer.end()

    def cancel(self) -> None:
        """Give up all requests: the server ends."""
        super().cancel()
        self.give_up()

    def write_soon(self, data: bytes | ReadOnlyFileBasedBuffer) -> int:
        """Take a part of an answer; raises `ClientDisconnected` if the client disconnected."""
        size = len(data)
        if not self.connected:
            raise ClientDisconnected
        if not size:
            return 0
        head, self.head = self.head, b""
        if isinstance(data, ReadOnlyFileBasedBuffer):
            parts = [data]
        elif size < LARGE:
            parts = [head + data]
        else:
            parts = [head, self._held(data)] if head else [self._held(data)]
        with self.outbuf_lock:
            if not self.connected:
                _close_held(parts[-1])
                raise ClientDisconnected
            for part in parts:
                self._append(part)
                self.total_outbufs_len += len(part)
            if self.total_outbufs_len >= self.adj.send_bytes:
                flushed, failed = self._flush_exception(self._flush_some, do_close=False)
                if failed or not flushed or self.total_outbufs_len >= self.adj.send_bytes:
                    self.renew()
        return size

    def _append(self, part: bytes | ReadOnlyFileBasedBuffer) -> None:
        if isinstance(part, ReadOnlyFileBasedBuffer):
            self.outbufs += [part, OverflowableBuffer(2 * BUFFER)]
            self.current_outbuf_count = 0
            return
        if self.current_outbuf_count >= BUFFER:
            self.outbufs.append(OverflowableBuffer(2 * BUFFER))
            self.current_outbuf_count = 0
        self.outbufs[-1].append(part)
        self.current_outbuf_count += len(part)

    def _held(self, data: bytes) -> Held:
        """Return a large part as a buffer; if there is no room, the slowest client is cut off."""
        until = time.monotonic() + ROOM_SECONDS
        while True:
            try:
                held: Held = self.server.spool.hold(data)
            except NoRoomError:
                self.server.pull_trigger(self.server.cut_slowest)
                left = until - time.monotonic()
                if left <= 0:
                    raise ClientDisconnected from None
                self.server.spool.wait_for_room(left)
            else:
                return held

    def _flush_outbufs_below_high_watermark(self) -> None:
        """Wait for nothing: waitress would keep the thread here."""

    def _flush_some(self, do_close: bool = True) -> bool:
        """Send what the client takes, but leave other connections their turn."""
        sent = 0
        while True:
            buffer = self.outbufs[0]
            if not buffer.__len__():
                if len(self.outbufs) == 1:
                    break
                self.outbufs.pop(0).close()
                continue
            if sent >= ROW:
                break
            count = self.send(buffer.get(BLOCK), do_close=do_close)
            if not count:
                break
            buffer.skip(count, True)
            self.total_outbufs_len -= count
            sent += count
        if sent:
            self.progress.sent += sent
            self.last_activity = time.monotonic()
        return sent > 0

    # Called by the thread of the loop.

    @property
    def own_address(self) -> str:
        """The address that the client connected to."""
        try:
            return str(self.socket.getsockname()[0])
        except OSError:  # closed
            return str(self.server.effective_host)

    @property
    def state(self) -> State:
        """What the connection does."""
        if self.total_outbufs_len:
            return State.TAKING
        if self.requests:
            return State.WAITING
        return State.IDLE if self.request is None else State.ASKING

    def received(self, data: bytes) -> bool:
        """Take some bytes of requests."""
        before = self.request
        taken: bool = super().received(data)
        self.progress.note_request(self.request, is_new=self.request is not before)
        return taken

    def readable(self) -> bool:
        """Return whether bytes of the client are wanted."""
        return self._lingering is not None or super().readable()

    def handle_read(self) -> None:
        """Take what the client sent, unless a thread took it after the event."""
        try:
            data = self.recv(self.adj.recv_bytes)
        except BlockingIOError:
            return
        if self._lingering is None:
            self.last_activity = time.monotonic()
            self.received(data)
            return
        self._discarded += len(data)
        if self._discarded > LINGER_BYTES:
            self.handle_close()

    def handle_write(self) -> None:
        """Send some bytes, and go on with the answer once the client has taken most of it."""
        if self._lingering is None:
            self._flush_exception(
                self._flush_some_if_lockable if self.requests else self._flush_some
            )
            if self.close_when_flushed and not self.will_close and not self.total_outbufs_len:
                self.close_when_flushed = False
                self._linger()
        if self.will_close:
            self.handle_close()
        self._resume()

    def writable(self) -> bool:
        """Return whether there is something to send, or to end."""
        return bool(self.will_close if self._lingering is not None else super().writable())

    def _linger(self) -> None:
        """Send the end, and wait for the client to hang up, so that it reads the answer."""
        self._lingering = time.monotonic()
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError as error:
            if error.errno != errno.ENOTCONN:
                raise
            self.handle_close()

    def handle_close(self) -> None:
        """End the connection; an answer that waits is given up."""
        super().handle_close()
        self._resume()

    def end_pause(self) -> None:
        """Go on with an answer that was to wait, unless its connection was closed meanwhile."""
        self._paused_until = 0.0
        self._resume()

    def _resume(self) -> None:
        is_ready = not self._paused_until and self.total_outbufs_len < FEW_UNSENT
        if self._is_parked and (is_ready or not self.connected):
            self._is_parked = False
            self._paused_until = 0.0
            self.server.add_task(self)

    def is_overdue(self, seconds: float, idle_seconds: float) -> bool:
        """Return whether the client takes or sends nothing, or too slowly.

        `seconds` is the longest time without any progress of an answer, and for the headers of a
        request; its body may take four times as long.
        """
        now, state = time.monotonic(), self.state
        if self._lingering is not None:
            return now > self._lingering + LINGER_SECONDS
        if state is State.TAKING:
            return self.progress.is_stuck_for(now) > seconds
        self.progress.moves(now)
        if state is State.ASKING:
            allowed = seconds * (4 if self.request.headers_finished else 1)
            return now - self.progress.asking_since > allowed
        return state is State.IDLE and time.monotonic() - self.last_activity > idle_seconds


def _close_held(part: object) -> None:
    if isinstance(part, Held):
        part.close()
