"""What a store needs for its first use, made in the cache; who waits is told. Floor: store.

A command waits until it is made, and shows how far it is. A request waits a moment, and is then
refused with the same; it is made in a thread of its own, in one of the processes.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from provender.errors import StorePreparing
from provender.store import claims
from provender.store.cache import CacheFolder
from provender.store.cacheentry import CacheEntry
from provender.store.claims import Claim, Fill
from provender.store.makings import Making, Makings
from provender.store.progress import Progress, Seldom, State

# Seconds that a request waits if it is not known to be in vain: small archives need less.
PATIENCE_SECONDS = 2.0
LOOK_SECONDS = 0.02
# Seconds after which a command looks again at what another process makes.
WATCH_SECONDS = 0.1
# Seconds after which a client is asked to come again: at least, at most, and if nothing is known.
SOONEST, LATEST, USUAL = 1, 30, 2


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an entry of the cache is made.

    `fill` makes the files of these `names` in an empty folder. It gets the folder and a `Progress`,
    which it calls often: after each millisecond of Python where it can, since the making gives way
    there, and ends there with its process. It must hold all that it needs, as it may run on after
    the call of `prepare`. What `is_small`, and takes about a second, need not wait for its turn.
    """

    key: str
    names: Collection[str]
    fill: Fill
    is_small: bool = False


def prepare(
    cache: CacheFolder, recipe: Recipe, progress: Progress | None, called: str
) -> CacheEntry:
    """Return an entry of the cache; if it is missing, it is made.

    Without a `progress` it is made in a thread. `called` begins the sentences of errors ("The store
    `lab`").

    Raises:
        StorePreparing: it is made, and that takes a while; only without a `progress`.
        CacheError: as `CacheFolder.entry`; further errors are those of `fill`.
    """
    if progress is not None:
        make = partial(_make, fill=recipe.fill, progress=Seldom(progress))
    else:
        begin = partial(
            cache.makings.begin, fill=recipe.fill, called=called, is_small=recipe.is_small
        )
        make = partial(_ask, cache.makings, begin=begin, called=called, asked=time.monotonic())
    return cache.entry(recipe.key, make, recipe.names)


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


def _ask(
    makings: Makings,
    target: Path,
    begin: Callable[[Path], Making | None],
    called: str,
    asked: float,
) -> None:
    """Have an entry made by a thread, and wait a moment.

    Raises:
        StorePreparing: it takes longer.
    """
    while not target.is_dir():
        making = begin(target)
        if making is not None and making.ended.is_set():
            making.check()
            return
        state = claims.state(target)
        now = time.monotonic()
        begun = making.begun if making is not None else asked
        if making is None and state is not None:
            begun = min(asked, now - state.age)
        left = begun + PATIENCE_SECONDS - now
        if left <= 0 or (state is not None and (state.left or 0.0) > left):
            raise _refusal(makings, target, called, state)
        if making is not None:
            making.ended.wait(min(left, LOOK_SECONDS))
        else:
            time.sleep(min(left, LOOK_SECONDS))


def _refusal(makings: Makings, target: Path, called: str, state: State | None) -> StorePreparing:
    """Return the error of a request for an entry that is being made, or that waits for its turn."""
    ahead = makings.ahead()
    if state is not None or ahead in (None, target) or claims.is_taken(target):
        return preparing(called, state)
    seconds = _seconds(claims.state(ahead))
    return StorePreparing(
        f"{called} will be prepared for its first use once another is.",
        hint=f"Try again in {seconds} s.",
        retry_after=seconds,
    )


def preparing(called: str, state: State | None) -> StorePreparing:
    """Return the error that says how far a making is."""
    far = f": {state}" if state is not None else ""
    seconds = _seconds(state)
    return StorePreparing(
        f"{called} is being prepared for its first use{far}.",
        hint=f"Try again in {seconds} s.",
        retry_after=seconds,
    )


def _seconds(state: State | None) -> int:
    """Return when to ask again for an entry that is made."""
    left = state.left if state is not None else None
    return USUAL if left is None else min(max(SOONEST, math.ceil(left)), LATEST)
