"""What is known of the process of a web server that runs the application. Floor: web.

gunicorn and mod_wsgi tell their applications neither how many threads there are nor when they end.
The method of gunicorn's worker that takes the signal to end is the handler of that signal;
mod_wsgi offers its threads in a module that only its processes have.
"""

from __future__ import annotations

import signal
import sys


def threads() -> int | None:
    """Return how many requests the process answers at a time; None if that is not known."""
    found = getattr(getattr(_worker(), "cfg", None), "threads", None)
    if found is None:
        found = getattr(sys.modules.get("mod_wsgi"), "threads_per_process", None)
    # One thread is also what gunicorn says of workers that need none.
    return found if isinstance(found, int) and found > 1 else None


def is_stopping() -> bool:
    """Return whether the process was told to end, as far as that is known."""
    return getattr(_worker(), "alive", True) is False


def _worker() -> object:
    """Return the worker of gunicorn; None in other processes."""
    found = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    modules = (kind.__module__ for kind in type(found).__mro__)
    return found if any(name.startswith("gunicorn.") for name in modules) else None
