"""Bounds of a request as a whole: the size of its URL and body, its host. Floor: web."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask

from provender.errors import BodyTooLarge, UrlTooLong
from provender.settings import Settings
from provender.web.current import current_request
from provender.web.middleware.hosts import check_host

# Most digits of a length that is read: beyond it every number is too large.
MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of an application; without `trusted_hosts` every host is trusted."""

    url_bytes: int
    body_bytes: int
    hosts: tuple[str, ...]

    def check(self) -> None:
        """Let the current request pass if it is within the bounds.

        Raises:
            UrlTooLong: a path and query beyond `limits.url_bytes`.
            BodyTooLarge: a body beyond `limits.body_bytes`.
            BadRequest: a host that is missing, malformed or not trusted.
        """
        asked = current_request()
        environ = asked.environ
        path = len(environ.get("SCRIPT_NAME", "")) + len(environ.get("PATH_INFO", ""))
        if path + len(asked.query_string) > self.url_bytes:
            raise UrlTooLong(
                f"The URL is longer than {self.url_bytes} bytes (`limits.url_bytes`).",
                hint="A long query can be posted to /querybuilder.",
            )
        length = environ.get("CONTENT_LENGTH")
        if length and (len(length) > MOST_DIGITS or int(length) > self.body_bytes):
            raise BodyTooLarge(
                f"The body is larger than {self.body_bytes} bytes (`limits.body_bytes`)."
            )
        check_host(environ, self.hosts)


def register(app: Flask, settings: Settings) -> None:
    """Check every request of an application before anything else is done with it."""
    limits = settings.limits
    bounds = Bounds(limits.url_bytes, limits.body_bytes, settings.trusted_hosts)
    app.before_request(bounds.check)
