"""Answers that stop while their client is slow, so that no thread waits for it. Floor: web."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Protocol

from waitress.buffers import ReadOnlyFileBasedBuffer
from waitress.channel import ClientDisconnected

from provender.errors import ClientGone, StreamCut
from provender.web.middleware.clients import WAITRESS
from provender.web.middleware.pauses import PAUSE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class SuspendedError(BaseException):
    """An answer stops here for now. It is not an error, so handlers of errors let it pass."""


class Turn(Protocol):
    """A connection whose thread may have to be given up."""

    answer: Answer | None

    def must_end(self) -> bool:
        """Return whether the thread must go: the client is slow, or others wait for theirs."""
        ...

    def pause(self, seconds: float) -> bool:
        """Let the answer go on later; return whether it does: not too many may wait so."""
        ...


class Answer(Iterator[bytes]):
    """The body of an answer; its parts may be made in several threads, one after the other."""

    def __init__(
        self, body: Iterable[bytes], turn: Turn, context: Context, pause: float = 0.0
    ) -> None:
        self._body = body
        self._next = iter(body).__next__
        self._turn = turn
        self._context = context
        self._is_suspended = False
        self._pause = pause

    def __next__(self) -> bytes:
        """Return the next part.

        Raises:
            SuspendedError: it must wait.
            ClientDisconnected: nobody takes it, or too slowly: the connection is ended.
        """
        pause, self._pause = self._pause, 0.0
        if (pause and self._turn.pause(pause)) or self._turn.must_end():
            self._is_suspended = True
            raise SuspendedError
        try:
            return self._context.run(self._next)
        except (ClientGone, StreamCut) as error:  # which the log tells, and no fault of ours
            raise ClientDisconnected from error

    def close(self) -> None:
        """Close the body, unless it was only suspended."""
        if self._is_suspended:
            self._is_suspended = False
        else:
            self.end()

    def end(self) -> None:
        """Close the body, once."""
        body, self._body = self._body, ()
        if hasattr(body, "close"):
            self._context.run(body.close)


class Turns:
    """WSGI middleware: the answer to a request that was suspended goes on where it stopped."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, or go on answering it."""
        turn: Turn = environ[WAITRESS].__self__
        if turn.answer is not None:
            return turn.answer
        context = copy_context()
        body: Iterable[bytes] = context.run(self._app, environ, start_response)
        if _is_handed(body):
            return body
        answer = turn.answer = Answer(body, turn, context, environ.get(PAUSE, 0.0))
        return answer


def _is_handed(body: object) -> bool:
    """Return whether a body is a file that waitress sends without a thread."""
    return isinstance(body, ReadOnlyFileBasedBuffer)
