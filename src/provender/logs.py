"""What is written about the running server, and how it looks. Floor: settings."""

from __future__ import annotations

import logging

FORMAT = "%(asctime)s %(levelname)-7s %(message)s"


def configure(*, debug: bool = False) -> None:
    """Write the log of Provender to the standard error stream; `debug` adds every statement."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(FORMAT, "%H:%M:%S"))
    logger = logging.getLogger("provender")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.DEBUG if debug else logging.INFO)
    logger.propagate = False
    logging.getLogger("werkzeug").setLevel(logging.WARNING)


def printable(text: str) -> str:
    """Return a text in which nothing can move a terminal's cursor or begin a new log line."""
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")
