"""Whether a store can be reached now, answered in about a second. Floor: web."""

from __future__ import annotations

import logging
import os
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import closing

from provender.errors import (
    ProvenderError,
    StoreError,
    StoreMisconfigured,
    StoreUnreachable,
)
from provender.store.registry import StoreRegistry

LOGGER = logging.getLogger(__name__)

# Seconds in which a store must answer.
PATIENCE = 1.0
# Seconds that the first one has before others are asked.
HEAD_START = 0.4
# Stores that are asked at the same time: a thread each, and some are opened for it.
AT_ONCE = 8
# Most stores whose problems are reported; of further ones only the number is.
TOLD = 5

# The error of each profile, None if its store answers.
Looks = dict[str, "Future[ProvenderError | None]"]


class Readiness:
    """Asks the stores of an application, the one that answered last or the default first.

    Each is asked in a thread of its own: a look at a store that hangs is left alone, and whoever
    asks meanwhile waits for the same look. An error says which store has which problem only with
    `names_stores`; the log always has it.
    """

    def __init__(self, stores: StoreRegistry, *, names_stores: bool = True) -> None:
        self._stores = stores
        self._names_stores = names_stores
        self._looks: dict[tuple[int, str], Future[ProvenderError | None]] = {}
        self._lock = threading.Lock()
        self._answered: str | None = None

    def check(self) -> None:
        """Return when a store answers.

        Raises:
            ProvenderError: none does, and why.
        """
        names = self._names()
        until = time.monotonic() + PATIENCE
        looks = {names[0]: self._look(names[0])}
        if self._has_found(looks, until - PATIENCE + HEAD_START):
            return
        for name in names[1:]:
            if time.monotonic() >= until:
                break
            looks[name] = self._look(name)
            if self._has_found(looks, until, AT_ONCE - 1):
                return
        if not self._has_found(looks, until):
            raise self._unready(looks, len(names))

    def _names(self) -> list[str]:
        """Return all profiles in the order in which they are asked."""
        profiles = self._stores.profiles
        first = [name for name in (self._answered, profiles.default) if name in profiles.by_name]
        return list(dict.fromkeys([*map(str, first), *profiles.by_name]))

    def _has_found(self, looks: Looks, until: float, most: int = 0) -> bool:
        """Return whether a check succeeded, once at most `most` still run or time is over."""
        while True:
            running = [look for look in looks.values() if not look.done()]
            for name, look in looks.items():
                if look not in running and look.result() is None:
                    self._answered = name
                    return True
            seconds = until - time.monotonic()
            if len(running) <= most or seconds <= 0:
                return False
            wait(running, seconds, FIRST_COMPLETED)

    def _look(self, name: str) -> Future[ProvenderError | None]:
        """Return the running check of a store in this process, or a new one."""
        key = (os.getpid(), name)
        with self._lock:
            look = self._looks.get(key)
            if look is None or look.done():
                look = self._looks[key] = Future()
                work = threading.Thread(target=self._reach, args=(name, look), daemon=True)
                work.start()
            return look

    def _reach(self, name: str, look: Future[ProvenderError | None]) -> None:
        """Begin a snapshot of a store; return the error if that fails."""
        try:
            with closing(self._stores.lease(name)) as lease:
                lease.store.reader.within(lambda snapshot: snapshot.token)
        except ProvenderError as error:
            look.set_result(error)
        except Exception:
            LOGGER.exception("store %s could not be asked", name)
            look.set_result(StoreUnreachable(f"The store `{name}` cannot be asked."))
        else:
            look.set_result(None)

    def _unready(self, looks: Looks, count: int) -> ProvenderError:
        """Return the error that says why no store answers; `count` is the number of stores."""
        problems = [
            (look.result() if look.done() else None) or _late(name) for name, look in looks.items()
        ]
        if count == 1 and self._names_stores and isinstance(problems[0], StoreError):
            return problems[0]
        lines = [_line(item) for item in problems[:TOLD]]
        lines += [f"{count - TOLD} more"] if count > TOLD else []
        reasons = "; ".join(item.reason for item in problems[:TOLD] if item.reason)
        may_recover = count > len(problems) or any(item.may_recover for item in problems)
        kind = StoreUnreachable if may_recover else StoreMisconfigured
        detail = "\n".join(lines) if self._names_stores else None
        return kind("No store can be reached.", detail=detail, reason=reasons)


def _line(error: ProvenderError) -> str:
    """Return what is wrong, and what to do about it where waiting does not help."""
    return error.message if error.may_recover or not error.hint else f"{error.message} {error.hint}"


def _late(name: str) -> StoreUnreachable:
    return StoreUnreachable(f"The store `{name}` did not answer within {PATIENCE:g} s.")
