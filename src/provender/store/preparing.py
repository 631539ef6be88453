"""What a store needs for its first use, made in the cache; who waits is told. Floor: store.

A command waits until it is made, and shows how far it is. A request waits a moment, and is then
refused with the same; it is made in a thread of its own, in one of the processes.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection
from functools import partial
from pathlib import Path

from provender.errors import StorePreparing
from provender.store import claims
from provender.store.cache import CacheFolder
from provender.store.cacheentry import CacheEntry
from provender.store.claims import Claim, Fill
from provender.store.makings import Making
from provender.store.progress import Progress, Seldom, State

# Seconds that a request waits if it is not known to be in vain: small archives need less.
PATIENCE_SECONDS = 2.0
LOOK_SECONDS = 0.02
# Seconds after which a command looks again at what another process makes.
WATCH_SECONDS = 0.1
# Seconds after which a client is asked to come again: at least, at most, and if nothing is known.
SOONEST, LATEST, USUAL = 1, 30, 2


def prepare(
    cache: CacheFolder,
    key: str,
    fill: Fill,
    names: Collection[str],
    progress: Progress | None,
    *,
    called: str,
) -> CacheEntry:
    """Return an entry of the cache; if it is missing, `fill` makes its files in an empty folder.

    `fill` gets the folder and a `Progress`, which it calls often: at least a few times a second,
    and after each millisecond of Python where it can, since a making gives way there and ends there
    with its process. It must hold all that it needs, as it may run on after this call. `names` are
    the files that it makes. Without a `progress` it runs in a thread. `called` begins the sentences
    of errors ("The store `lab`").

    Raises:
        StorePreparing: it is made, and that takes a while; only without a `progress`.
        CacheError: as `CacheFolder.entry`; further errors are those of `fill`.
    """
    if progress is not None:
        make = partial(_make, fill=fill, progress=Seldom(progress))
    else:
        make = partial(_ask, cache, fill=fill, called=called, asked=time.monotonic())
    return cache.entry(key, make, names)


def is_prepared(cache: CacheFolder, key: str, called: str) -> bool:
    """Return whether the cache has an entry; it may be removed at any time.

    Raises:
        StorePreparing: it is made in this moment.
    """
    target = cache.folder / key
    if target.is_dir():
        return True
    if claims.is_taken(target) and not target.is_dir():
        raise preparing(called, claims.state(target))
    return target.is_dir()


def _make(target: Path, fill: Fill, progress: Progress) -> None:
    """Make an entry; while another process does, show how far that is."""
    seen: State | None = None
    while (claim := Claim.take(target)) is None:
        now = claims.state(target)
        if now is not None and now != seen:
            progress(now.step, now.done, now.total)
            seen = now
        time.sleep(WATCH_SECONDS)
    try:
        if seen is not None and target.is_dir():
            progress(seen.step, seen.total, seen.total)
        claim.make(fill, progress)
    finally:
        claim.close()


def _ask(cache: CacheFolder, target: Path, fill: Fill, called: str, asked: float) -> None:
    """Have an entry made by a thread, and wait a moment.

    Raises:
        StorePreparing: it takes longer.
    """
    while not target.is_dir():
        making = cache.makings.begin(target, fill, called)
        if making is not None and making.ended.is_set():
            error = making.failure()
            if error is not None:
                raise error
            return
        state = claims.state(target)
        now = time.monotonic()
        left = _begun(making, state, asked, now) + PATIENCE_SECONDS - now
        if left <= 0 or (state is not None and state.left is not None and state.left > left):
            raise preparing(called, state)
        if making is not None:
            making.ended.wait(min(left, LOOK_SECONDS))
        else:
            time.sleep(min(left, LOOK_SECONDS))


def _begun(making: Making | None, state: State | None, asked: float, now: float) -> float:
    """Return when a making began, or since when it is known."""
    if making is not None:
        return making.begun
    return asked if state is None else min(asked, now - state.age)


def preparing(called: str, state: State | None) -> StorePreparing:
    """Return the error that says how far a making is."""
    far = f": {state}" if state is not None else ""
    left = state.left if state is not None else None
    seconds = USUAL if left is None else min(max(SOONEST, math.ceil(left)), LATEST)
    return StorePreparing(
        f"{called} is being prepared for its first use{far}.",
        hint=f"Try again in {seconds} s.",
        retry_after=seconds,
    )
