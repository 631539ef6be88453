"""Keeping searches for garbage short, which stop all threads of a process. Floor: web."""

from __future__ import annotations

import gc


def be_fair() -> None:
    """Set this process up for many threads; to be called once, when all modules are loaded.

    The objects of modules live as long as the process. They are kept out of the search for garbage,
    of which they make up more than nine tenths.
    """
    gc.freeze()
