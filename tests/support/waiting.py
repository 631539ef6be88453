"""Waiting for what comes sooner or later, on a machine of any speed."""

from __future__ import annotations

import time

PATIENCE = 60.0
"""Seconds; nothing that a test waits for takes a tenth of that on an idle machine."""


def wait_until(is_so, patience=PATIENCE, raising=()):
    """Return the first true value of a function; its errors of these types count as false."""
    until = time.monotonic() + patience
    while True:
        try:
            if found := is_so():
                return found
        except raising:
            pass
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.02)
