"""One attack from start to end: a server, a user alone, the attack, the recovery. Floor: bench."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from bench.attacks import sending
from bench.attacks.outcome import QUICK, Outcome, percentiles, recovered_at
from bench.attacks.scene import Attack, Scene
from bench.attacks.serving import Launcher
from bench.attacks.user import User
from bench.attacks.victims import Victims

WARM_SECONDS, ALONE_SECONDS = 1.0, 4.0
LEAST_SECONDS = 3.0
"""Beside an attack that is over sooner, so much of the user is looked at."""
MOST_RECOVERY = 45.0
"""Seconds for which a recovery is waited for."""
PATHS = 50
API = "/api/v4"


@dataclass(frozen=True, slots=True)
class Place:
    """Where attacks are run: the servers' source, the stores and their cluster."""

    launcher: Launcher
    victims: Victims
    cluster: Path


def run(attack: Attack, place: Place) -> Outcome:
    """Return what an attack did to a server that was started for it.

    Raises:
        RuntimeError: the server did not start.
    """
    folder = place.launcher.folder / attack.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    others = attack.prepare(folder, place.victims)
    profiles = {"attacked": place.victims.profile(attack.store), **others}
    settings = {"default_profile": "attacked", "profiles": profiles, **attack.settings}
    server = place.launcher.start(attack.server, settings, attack.name)
    try:
        scene = Scene(server, attack.store, place.victims, folder, place.cluster)
        with User(server.port, _paths(server.port)) as user:
            return _watched(attack, scene, user)
    finally:
        server.stop()


def _paths(port: int) -> list[str]:
    """Return the requests of the normal user: lists and details by turns."""
    reply = sending.ask(port, f"{API}/nodes?limit={PATHS}&offset=5000")
    uuids = [node["uuid"] for node in sending.json_of(reply)["data"]["nodes"]]
    lists = (f"{API}/nodes?limit=20&offset={40 * number}" for number in range(PATHS))
    details = (f"{API}/nodes/{uuid}" for uuid in uuids)
    return [path for pair in zip(lists, details, strict=True) for path in pair]


def _watched(attack: Attack, scene: Scene, user: User) -> Outcome:
    time.sleep(WARM_SECONDS)
    warm = time.monotonic()
    time.sleep(ALONE_SECONDS)
    alone = percentiles([one for one in user.seen if one.begun >= warm])
    attack.before(scene)
    begun = time.monotonic()
    got = attack.run(scene)
    time.sleep(max(0.0, begun + LEAST_SECONDS - time.monotonic()))
    ended = time.monotonic()
    quick = max(QUICK, 5 * alone[1])
    recovery = None
    while recovery is None and time.monotonic() < ended + MOST_RECOVERY:
        time.sleep(0.1)
        recovery = recovered_at(tuple(user.seen), ended, quick)
    beside = [one for one in user.seen if begun <= one.begun <= ended]
    return Outcome(
        alone,
        percentiles(beside),
        requests=len(beside),
        errors=sum(one.status >= 500 for one in beside),  # noqa: PLR2004 - errors of servers
        unanswered=sum(one.status == 0 for one in beside),
        peak_bytes=scene.server.peak_bytes(),
        recovery=None if recovery is None else recovery - ended,
        got=got,
    )
