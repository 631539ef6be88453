"""How many requests a client may send, counted by Flask-Limiter. Floor: web."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Flask, Response, request

from provender.errors import ConfigurationError, TooManyRequests
from provender.settings import Limits
from provender.web.middleware.clients import client_of
from provender.web.middleware.hosts import PROBES

if TYPE_CHECKING:
    from flask_limiter import Limiter


def register(app: Flask, limits: Limits, respond: Callable[[Exception], Response]) -> None:
    """Count the requests of each client of an application, whatever their path.

    Args:
        app: the application.
        limits: the settings.
        respond: makes the answer to an error.

    Raises:
        ConfigurationError: `limits.requests` or `limits.requests_storage` cannot be understood, or
            Flask-Limiter is not installed.
    """
    check(limits)
    from flask_limiter import Limiter, RateLimitExceeded  # noqa: PLC0415 - 60 ms, for this only

    limiter = _limiter(Limiter, app, limits)

    def refuse(error: RateLimitExceeded) -> Response:
        found = limiter.current_limit
        return respond(
            TooManyRequests(
                f"Too many requests: one client may send {limits.requests} (`limits.requests`).",
                hint="Try again later.",
                retry_after=1 if found is None else max(1, _seconds_to(found.reset_at)),
            )
        )

    def tell(response: Response) -> Response:
        found = limiter.current_limit
        if found is not None:
            response.headers["RateLimit-Limit"] = str(found.limit.amount)
            response.headers["RateLimit-Remaining"] = str(max(0, found.remaining))
            response.headers["RateLimit-Reset"] = str(_seconds_to(found.reset_at))
        return response

    app.register_error_handler(RateLimitExceeded, refuse)
    app.after_request(tell)


def _seconds_to(moment: float) -> int:
    return max(0, math.ceil(moment - time.time()))


def _limiter(kind: type[Limiter], app: Flask, limits: Limits) -> Limiter:
    """Return the counter; while its storage fails, each process counts by itself."""
    try:
        return kind(
            lambda: client_of(request.remote_addr or ""),
            app=app,
            application_limits=[limits.requests or ""],
            application_limits_exempt_when=lambda: request.path in PROBES,
            storage_uri=limits.requests_storage,
            in_memory_fallback_enabled=True,
            request_identifier=lambda: "all",  # also of paths that lead nowhere
        )
    except Exception as error:
        raise ConfigurationError(
            "`limits.requests_storage` cannot be understood.",
            hint="For example memory:// or redis://localhost:6379.",
            reason=str(error),
        ) from error


def check(limits: Limits) -> None:
    """Raise `ConfigurationError` if `limits.requests` cannot be understood, or counted here."""
    try:
        from limits import parse_many  # noqa: PLC0415 - comes with Flask-Limiter
    except ImportError as error:
        raise ConfigurationError(
            "`limits.requests` needs Flask-Limiter, which is not installed.",
            hint="pip install 'provender[rates]'",
        ) from error
    try:
        parse_many(limits.requests or "")
    except ValueError as error:
        raise ConfigurationError(
            f"`limits.requests` cannot be `{limits.requests}`.", hint="For example 100/minute."
        ) from error
