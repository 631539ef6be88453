"""Every error that Provender raises on purpose; knows no HTTP library. Floor: errors.

ProvenderError
├── BadRequest            400  the request has no meaning
│   ├── GrammarError           the query string does not follow the grammar
│   ├── UnknownField           no such name to filter, order or project by
│   ├── BadOperator            the operator does not fit the field
│   ├── BadValue               the value does not fit the field or the key
│   ├── ConflictingParameters  parameters that exclude each other
│   ├── CursorOutdated    410  what the cursor is about is no longer known
│   ├── CannotExport           this node cannot be written in that format
│   ├── CannotConvert          a stored value that a cast does not take
│   ├── LimitExceeded          more than a setting allows
│   │   ├── BodyTooLarge  413  a body beyond it
│   │   ├── SelectionTooLarge 413  nodes or files beyond it
│   │   └── UrlTooLong    414  a path and query beyond it
│   └── AmbiguousIdentifier    an id prefix of several objects
├── Unauthorized          401  whoever asks may not read this
├── TooManyRequests       429  too many requests of one client
├── NotFound              404
│   ├── UnknownRoute           no such path, or a malformed id in it
│   ├── NoSuchEntity           no object with that id
│   ├── NoSuchFile             no such file or folder in a repository
│   ├── NoSuchFormat           a result does not have that format
│   ├── PageOutOfRange         the list has fewer pages
│   └── UnknownProfile         no profile with that name
├── NotServed             501  meaningful, but not offered
│   ├── NotForThisNodeType     nodes of this type have no such thing
│   └── UnknownFormat          a format that nothing here can write
├── StoreError            503  the store cannot be read now
│   ├── StoreUnreachable       no connection, or locked, or no answer in time
│   │   ├── StoreBusy              too many requests for it, or too many stores in use
│   │   ├── StorePreparing         it is made ready for its first use
│   │   └── StoreMisconfigured     and it stays so until somebody puts it right
│   ├── QueryTimeout           the statement time-out ended it
│   ├── UnsupportedStore       not a store, or of a version that is not read
│   └── CorruptObject     500  a file of the store is missing or damaged
├── TooManyWaits          503  no more requests may wait for a change
├── TooManyStreams        503  no more tables and archives may be sent now
├── StreamCut             503  what was being sent took too long, or its client too little of it
├── ServerStopping        503  the server ends after the requests that run
├── ClientGone            499  the client disconnected before its answer
└── ConfigurationError         wrong settings; stops the start, never sent to a client
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from provender.carets import caret
from provender.nearest import nearest


class ProvenderError(Exception):
    """An error with a message for the person who caused it.

    `message` is one plain sentence, `hint` says what would be right, `detail` shows the place.
    All three reach the client. `reason` (the message of a driver, a path) goes to the log and to
    the terminal only. `may_recover` says whether the same request may succeed later without any
    correction, `retry_after` in how many seconds if that is known.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    may_recover: ClassVar[bool] = True
    retry_after: int | None = None

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        detail: str | None = None,
        reason: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail
        self.reason = reason
        self.place: tuple[str | int, ...] = ()

    def under(self, *segments: str | int) -> ProvenderError:
        """Return this error, its place in a posted query being below these keys and positions."""
        self.place = (*segments, *self.place)
        return self


class BadRequest(ProvenderError):
    """The request has no meaning."""

    code = "bad-request"
    status = 400


class GrammarError(BadRequest):
    """The query string does not follow the grammar; `detail` holds a caret under the place."""

    code = "malformed-query"

    def __init__(self, expected: str, source: str, position: int) -> None:
        self.position = position
        super().__init__(
            f"The query string format is invalid. {expected} at character {position + 1}.",
            detail=caret(source, position),
        )


class UnknownField(BadRequest):
    """There is no such name to filter, order or project by.

    `name` is the name in the request, `valid` are the valid names. The hint lists the valid names,
    the most similar one first; a given hint follows. With `is_strict` no special key is valid but
    those among them.
    """

    code = "unknown-field"

    def __init__(
        self,
        message: str,
        *,
        name: str = "",
        valid: Iterable[str] = (),
        hint: str | None = None,
        is_strict: bool = False,
    ) -> None:
        self.name = name
        self.is_strict = is_strict
        self.valid = tuple(valid)
        close = nearest(name, self.valid)
        parts = (
            f"Did you mean `{close}`?" if close else None,
            f"Valid: {', '.join(self.valid)}." if self.valid else None,
            hint,
        )
        super().__init__(message, hint=" ".join(part for part in parts if part) or None)


class BadOperator(BadRequest):
    """The operator does not fit the field."""

    code = "bad-operator"


class BadValue(BadRequest):
    """The value does not fit the field or the key."""

    code = "bad-value"


class ConflictingParameters(BadRequest):
    """Parameters that exclude each other, or one given twice."""

    code = "conflicting-parameters"


class CursorOutdated(BadRequest):
    """The store is no longer the one that the cursor tells of, so it says nothing about it."""

    code = "cursor-outdated"
    status = 410


class CannotConvert(BadRequest):
    """A value in the store is not what the cast of a posted query takes."""

    code = "cannot-convert"


class CannotExport(BadRequest):
    """This node cannot be written in that format, or its contents do not allow it."""

    code = "cannot-export"


class LimitExceeded(BadRequest):
    """More than a setting allows; the message names the setting."""

    code = "limit-exceeded"


class BodyTooLarge(LimitExceeded):
    """A body is larger than the setting allows."""

    code = "body-too-large"
    status = 413


class SelectionTooLarge(LimitExceeded):
    """A selection has more nodes or files than may be taken away; the message has figures."""

    code = "selection-too-large"
    status = 413


class UrlTooLong(LimitExceeded):
    """A path and its query are longer than the setting allows."""

    code = "url-too-long"
    status = 414


class AmbiguousIdentifier(BadRequest):
    """An id prefix that several objects share."""

    code = "ambiguous-identifier"


class Unauthorized(ProvenderError):
    """The client may not read this; also for paths that do not exist, so that they tell nothing."""

    code = "unauthorized"
    status = 401

    def __init__(self, challenges: Iterable[str] = ()) -> None:
        super().__init__(
            "There is nothing here that you may read.",
            hint="Send the token or the password of a user who may read it.",
        )
        self.challenges = tuple(challenges)


class TooManyRequests(ProvenderError):
    """Too many requests of one client in a time; `retry_after` is in seconds."""

    code = "too-many-requests"
    status = 429

    def __init__(self, message: str, *, hint: str | None = None, retry_after: int = 1) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class NotFound(ProvenderError):
    """The object or route does not exist."""

    code = "not-found"
    status = 404


class UnknownRoute(NotFound):
    """No such path, or a malformed id in it; the hint names the id."""

    code = "unknown-route"

    def __init__(self, hint: str | None = None) -> None:
        super().__init__("The requested URL is not found on the server.", hint=hint)


class NoSuchEntity(NotFound):
    """The resource has no object with that id."""

    code = "no-such-entity"


class NoSuchFile(NotFound):
    """No such file or folder in a repository."""

    code = "no-such-file"


class NoSuchFormat(NotFound):
    """A result does not have that format; the hint lists those it has."""

    code = "no-such-format"


class PageOutOfRange(NotFound):
    """The list has fewer pages."""

    code = "page-out-of-range"


class UnknownProfile(NotFound):
    """No profile with that name."""

    code = "unknown-profile"


class NotServed(ProvenderError):
    """The request has a meaning, but is not served."""

    code = "not-served"
    status = 501


class NotForThisNodeType(NotServed):
    """Nodes of this type have no such thing."""

    code = "not-for-this-node-type"


class UnknownFormat(NotServed):
    """No such format, or not on this server."""

    code = "unknown-format"


class StoreError(ProvenderError):
    """The store cannot be read now."""

    code = "store-error"
    status = 503


class StoreUnreachable(StoreError):
    """No connection, or locked, or no answer in time."""

    code = "store-unreachable"


class StoreBusy(StoreUnreachable):
    """Too many requests for one store at a time, or for too many stores."""

    code = "store-busy"


class StorePreparing(StoreUnreachable):
    """A store that is made ready for its first use; the message says how far that is."""

    code = "store-preparing"

    def __init__(self, message: str, *, hint: str | None = None, retry_after: int = 1) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class StoreMisconfigured(StoreUnreachable):
    """A store that stays unreachable until a password, name, permission or folder is corrected."""

    code = "store-misconfigured"
    may_recover = False


class QueryTimeout(StoreError):
    """The statement time-out ended it."""

    code = "query-timeout"


class UnsupportedStore(StoreError):
    """Not a store, a damaged one, or a version that is not read."""

    code = "unsupported-store"
    may_recover = False


class CorruptObject(StoreError):
    """A file of the store is missing or damaged; the others can be read."""

    code = "corrupt-object"
    status = 500


class TooManyWaits(ProvenderError):
    """No more requests may wait for a change: others need the threads of the server."""

    code = "too-many-waits"
    status = 503


class TooManyStreams(ProvenderError):
    """No more tables and archives may be sent at the same time."""

    code = "too-many-streams"
    status = 503


class StreamCut(ProvenderError):
    """A stream took too long, or its client took too little of it. Only the log shows this."""

    code = "stream-cut"
    status = 503


class ServerStopping(ProvenderError):
    """The server ends after its running requests; another one may take over."""

    code = "server-stopping"
    status = 503


class ClientGone(ProvenderError):
    """The client disconnected before its answer: the work for it ends. Only the log shows this."""

    code = "client-gone"
    status = 499

    def __init__(self) -> None:
        super().__init__("The client went away before its answer.")


class ConfigurationError(ProvenderError):
    """Wrong settings; stops the start, never sent to a client."""

    code = "configuration"
