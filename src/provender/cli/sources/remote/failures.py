"""From errors of the client to those that commands show. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from provender import errors
from provender.client import (
    BadQuery,
    ClientError,
    Damaged,
    NotFound,
    Outdated,
    TooLarge,
    Unauthorized,
    Unreachable,
)
from provender.errors import ProvenderError

# Routes that an older server does not have.
UNKNOWN = "unknown-route"
FAULT = 500


def _classes(one: type[ProvenderError]) -> Iterator[type[ProvenderError]]:
    yield one
    for below in one.__subclasses__():
        yield from _classes(below)


# The classes of the errors that a server tells by their codes.
BY_CODE = {one.code: one for one in _classes(ProvenderError) if "code" in vars(one)}
# The classes of what is told without such a code.
BY_KIND: tuple[tuple[type[ClientError], type[ProvenderError]], ...] = (
    (BadQuery, errors.BadRequest),
    (TooLarge, errors.LimitExceeded),
    (Damaged, errors.CorruptObject),
    (Outdated, errors.StoreError),
)


@contextmanager
def as_ours(name: str) -> Iterator[None]:
    """Turn errors of the client in the block into ours; `name` is that of the remote.

    Raises:
        ProvenderError: as the server tells it, of the class that a store of this machine raises.
    """
    try:
        yield
    except ClientError as error:
        raise translated(error, name) from error


@contextmanager
def as_kept(name: str) -> Iterator[None]:
    """Turn errors of saved sessions in the block into ours.

    Raises:
        ConfigurationError: no remote has this name, or what is kept of it cannot be read.
    """
    try:
        yield
    except NotFound as error:
        hint = error.hint or None
        raise errors.ConfigurationError(f"There is no remote `{name}`.", hint=hint) from None
    except ClientError as error:
        hint = error.hint or None
        raise errors.ConfigurationError(error.message, hint=hint) from None


def translated(error: ClientError, name: str) -> ProvenderError:
    """Return an error of ours for one of the client."""
    if isinstance(error, Unreachable):
        where = f" ({error.url})" if error.url else ""
        return errors.StoreUnreachable(
            f"The remote `{name}` does not answer.",
            reason=f"{error.message}{where}",
            hint="`provender remote list` shows its address.",
        )
    if isinstance(error, Unauthorized):
        return made(
            errors.ProvenderError,
            f"The remote `{name}` wants a token, or another one.",
            hint=f"provender remote add {name} URL --token",
        )
    if isinstance(error, NotFound) and error.code in ("", UNKNOWN):
        return errors.NotServed(
            f"The remote `{name}` does not serve this.",
            reason=f"{error.message} ({error.url})",
            hint="It is no Provender server, or an older one.",
        )
    known = BY_CODE.get(error.code)
    if known is None:
        kinds = (ours for theirs, ours in BY_KIND if isinstance(error, theirs))
        known = next(kinds, errors.StoreError)
    reason = None
    if error.status >= FAULT and error.request_id:
        reason = f"Request {error.request_id} in the log of the server."
    return made(known, error.message, hint=error.hint or None, reason=reason)


def made(
    kind: type[ProvenderError], message: str, *, hint: str | None, reason: str | None = None
) -> ProvenderError:
    """Return an error of a class, whatever the class builds its messages of."""
    error = kind.__new__(kind)
    ProvenderError.__init__(error, message, hint=hint, reason=reason)
    return error
