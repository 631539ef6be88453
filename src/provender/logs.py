"""The log of the running server, and its two formats. Floor: settings."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime, timezone

import orjson

FORMAT = "%(asctime)s %(levelname)-7s %(message)s"
DATES = "%Y-%m-%d %H:%M:%S"
# Begins every further line of an entry, so that none can be taken for an entry of its own.
CONTINUED = "\n    "

# The id of the request that this thread answers; every line written meanwhile carries it.
REQUEST_ID: ContextVar[str] = ContextVar("provender_request_id", default="")


class TextFormatter(logging.Formatter):
    """Lines for people: time, level, message, and the id of the request in brackets."""

    def __init__(self) -> None:
        super().__init__(FORMAT, DATES)

    def format(self, record: logging.LogRecord) -> str:
        """Return an entry; lines after its first are indented."""
        return printable_lines(super().format(record)).replace("\n", CONTINUED)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the first line."""
        name = REQUEST_ID.get()
        return super().formatMessage(record) + (f" [{name}]" if name else "")


class JsonFormatter(logging.Formatter):
    """One JSON object on one line for each entry.

    An entry whose only argument is a mapping with the key `event` is written as that mapping, all
    others with `message` and `logger`, and `traceback` where there is one.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return an entry without any line break."""
        moment = datetime.fromtimestamp(record.created, timezone.utc)
        time = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        entry: dict[str, object] = {"time": time, "level": record.levelname}
        if isinstance(record.args, Mapping) and "event" in record.args:
            entry |= record.args
        else:
            entry |= {"message": printable_lines(record.getMessage()), "logger": record.name}
            entry |= {"request_id": name} if (name := REQUEST_ID.get()) else {}
            if record.exc_info:
                entry["traceback"] = printable_lines(self.formatException(record.exc_info))
        return orjson.dumps(entry).decode()


# The values of the setting `log_format`.
FORMATTERS: dict[str, type[logging.Formatter]] = {"text": TextFormatter, "json": JsonFormatter}


class FallbackHandler(logging.StreamHandler):  # type: ignore[type-arg] # generic for checkers only
    """Writes to the standard error stream for as long as the program has set up no logging."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write an entry, unless the handlers of the program get it anyway."""
        if not logging.getLogger().handlers:
            super().emit(record)


def configure(form: str = "text", *, debug: bool = False) -> None:
    """Write the log of Provender to the standard error stream; `debug` adds every statement.

    For a program that is ours; `form` is a key of `FORMATTERS`.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(FORMATTERS[form]())
    levels = {"provender": logging.DEBUG if debug else logging.INFO, "waitress": logging.ERROR}
    for name, level in levels.items():
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(level)
        logger.propagate = False


def offer(form: str) -> None:
    """Write the log to the standard error stream if the program that we run in has none.

    For a web server that loads the application. A process has one log: the last call decides.
    """
    logger = logging.getLogger("provender")
    ours = [handler for handler in logger.handlers if isinstance(handler, FallbackHandler)]
    if len(ours) < len(logger.handlers) or logging.getLogger().handlers:
        return
    if not ours:
        ours = [FallbackHandler()]
        logger.addHandler(ours[0])
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.INFO)
    ours[0].setFormatter(FORMATTERS[form]())


def printable(text: str) -> str:
    """Return a string without characters that move a terminal's cursor or begin a log line."""
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


def printable_lines(text: str) -> str:
    """Return a string whose lines are printable."""
    return text if text.isprintable() else "\n".join(map(printable, text.split("\n")))
