"""Starting programs that hear of signals, however the tests themselves were started."""

from __future__ import annotations

import signal
from contextlib import contextmanager

SIGNALS = (signal.SIGHUP, signal.SIGINT)


@contextmanager
def hearing():
    """Let what is started here hear of its terminal and of Ctrl-C.

    Under `nohup`, and in the background of a shell, these signals are ignored, and so they are in
    every program that is started from there.
    """
    before = {number: signal.signal(number, signal.SIG_DFL) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
