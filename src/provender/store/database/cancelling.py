"""Asking a PostgreSQL server to cancel a statement, without holding up the process. Floor: store.

psycopg2's `connection.cancel()` keeps Python's global lock while it waits for the server. Where the
network stalls, no thread of the process runs any more (measured: none for as long as it stalled).
The same function of libpq is called here with the lock released.
"""

from __future__ import annotations

import ctypes
from typing import Any

from psycopg2 import _psycopg

# The driver's own libpq: symbols of what a library is linked to are found through it.
LIBPQ = ctypes.CDLL(_psycopg.__file__)
LIBPQ.PQgetCancel.argtypes, LIBPQ.PQgetCancel.restype = [ctypes.c_void_p], ctypes.c_void_p
LIBPQ.PQcancel.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
LIBPQ.PQcancel.restype = ctypes.c_int
LIBPQ.PQfreeCancel.argtypes, LIBPQ.PQfreeCancel.restype = [ctypes.c_void_p], None
# Size of the text of an error, as libpq recommends.
ERROR_BYTES = 256


class Cancellation:
    """What cancels the statements of one connection, which must be open when this is made."""

    def __init__(self, driver: Any) -> None:  # noqa: ANN401 - psycopg2's connection
        self._handle = None if driver.closed else LIBPQ.PQgetCancel(driver.pgconn_ptr)

    def send(self) -> str:
        """Ask the server over a connection of its own; return what went wrong, or an empty text."""
        if not self._handle:
            return "the connection is closed"
        error = ctypes.create_string_buffer(ERROR_BYTES)
        if LIBPQ.PQcancel(self._handle, error, ERROR_BYTES):
            return ""
        return error.value.decode("utf-8", "replace").strip()

    def close(self) -> None:
        """Free what libpq keeps."""
        if self._handle:
            LIBPQ.PQfreeCancel(self._handle)
            self._handle = None
