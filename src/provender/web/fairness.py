"""Letting the threads of a process take turns quickly. Floor: web.

A thread that computes holds Python's lock until another has asked for it for some time, and a
search for garbage stops all threads. Both are felt by everybody beside one expensive request.
"""

from __future__ import annotations

import gc
import sys

# Seconds after which a waiting thread gets its turn. Python's 5 ms are felt: a request waits for
# its turn some ten times. With 0.5 ms requests cost the same.
TURN_SECONDS = 0.0005


def be_fair() -> None:
    """Set this process up for many threads; to be called once, when all modules are loaded.

    The objects of modules live as long as the process. They are kept out of the search for garbage,
    of which they make up more than nine tenths.
    """
    sys.setswitchinterval(TURN_SECONDS)
    gc.freeze()
