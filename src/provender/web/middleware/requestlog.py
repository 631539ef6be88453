"""One entry in the log for each request. Floor: web."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from provender.logs import printable
from provender.web.middleware.trace import Trace

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

LOGGER = logging.getLogger(__name__)

# The signature of a link to a file, which opens the file for a while.
SIGNATURE = re.compile(r"(^|&)sig=[^&]*")
HIDDEN = r"\1sig=..."
# Its second half, in a malformed link. The pattern begins with a plain dot to be fast (0.2 µs).
MARK = re.compile(r"\.[A-Za-z0-9_-]{43}")
HIDDEN_MARK = "..."
LINE = "%(method)s %(path)s %(status)d %(bytes)d bytes %(milliseconds).1f ms"
LINE_WITH_QUERY = LINE.replace("%(path)s", "%(path)s?%(query)s")


def write(environ: WSGIEnvironment, trace: Trace) -> None:
    """Write the request, its client and its answer into the log.

    The logging of a host gets a line of text, whose argument is the mapping that our JSON shows.
    """
    if not LOGGER.isEnabledFor(logging.INFO):
        return
    query = shown(environ.get("QUERY_STRING", ""))
    if "sig=" in query:
        query = SIGNATURE.sub(HIDDEN, query)
    if "." in query:
        query = MARK.sub(HIDDEN_MARK, query)
    fields = {
        "event": "request",
        "request_id": trace.request_id,
        "method": shown(environ["REQUEST_METHOD"]),
        "path": shown(environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")),
        "query": query,
        "route": trace.route,
        "profile": None if trace.profile is None else printable(trace.profile),
        "status": trace.status,
        "bytes": trace.bytes,
        "milliseconds": round(1000 * trace.seconds, 3),
        "client": shown(environ.get("REMOTE_ADDR") or "") or None,
        "user_agent": shown(environ.get("HTTP_USER_AGENT", "")) or None,
    }
    line = LINE_WITH_QUERY if query else LINE
    # LOGGER.info would look for the line that calls it: 2 of 10 microseconds.
    LOGGER.handle(LOGGER.makeRecord(__name__, logging.INFO, "", 0, line, (fields,), None))


def shown(text: str) -> str:
    """Return a WSGI string (bytes as Latin-1) decoded, with printable characters only."""
    if text.isascii():
        return printable(text)
    data = text.encode("latin-1", "backslashreplace")
    return printable(data.decode("utf-8", "backslashreplace"))
