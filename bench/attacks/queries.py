"""Attacks by requests that cost much: statements, terms, patterns, large answers. Floor: bench."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.parse import quote

from bench import cluster
from bench.attacks import sending
from bench.attacks.scene import ARCHIVE, GUNICORN, POSTGRESQL, SQLITE, WAITRESS, Attack, Scene
from bench.attacks.sending import POSTING, Reply
from bench.attacks.victims import HUB, LONG

API = "/api/v4"
MANY = 2_000_000_000
STRUCTURE = "data.core.structure.StructureData."
LEFT_AFTER = 0.5
PATTERN = 4000
LONG_ACTIVE = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' "
    "AND query_start < clock_timestamp() - interval '1 second'"
)
MOST_WAITING = 40.0
TRIAL = {"limits": {"statement_seconds": 10}}
HANGING, TRYING = 16.0, 12.0


def counting(number: int = 0) -> dict[str, object]:
    """Return a posted query of 300 bytes that no database answers in time."""
    vertices = [("", "a"), ("user", "u", "with_node", "a"), ("", "b", "with_user", "u")]
    names = ("entity_type", "tag", "joining_keyword", "joining_value")
    path = [dict(zip(names, vertex, strict=False)) for vertex in vertices]
    return {"path": path, "project": {"a": ["id"]}, "limit": 1, "offset": MANY + number}


def _statuses(replies: Iterable[Reply]) -> str:
    found = list(replies)
    counts = Counter(f"HTTP {one.status}" if one.status else "no answer" for one in found)
    longest = max((one.seconds for one in found), default=0.0)
    text = ", ".join(f"{number} times {word}" for word, number in sorted(counts.items()))
    return f"{text}; the longest {longest:.1f} s"


def slow(scene: Scene) -> str:
    """Four slow statements, three times; each client is gone after half a second."""
    for number in range(3):
        request = sending.request_text(POSTING, counting(number))
        sending.at_once(4, partial(sending.leave, scene.port, request, LEFT_AFTER))
        time.sleep(2)
    if scene.store != POSTGRESQL:
        return "nothing: gone after 0.5 s"
    try:
        return f"gone after 0.5 s; statements ran on for {_idle_after(scene):.1f} s"
    except TimeoutError:
        return f"gone after 0.5 s; statements ran on for more than {MOST_WAITING:.0f} s"


def _idle_after(scene: Scene) -> float:
    """Return the seconds until no statement of the database is older than a second."""
    begun = time.monotonic()
    while time.monotonic() < begun + MOST_WAITING:
        if not cluster.read(scene.victims.postgresql, LONG_ACTIVE):
            return time.monotonic() - begun
        time.sleep(0.05)
    raise TimeoutError


def looping(scene: Scene) -> str:
    """Ten clients that send slow statements and leave, again and again."""
    request = sending.request_text(POSTING, counting())
    sending.looping(10, 10, lambda: sending.leave(scene.port, request, LEFT_AFTER))
    return "nothing: the clients are gone"


def spellings(scene: Scene) -> str:
    """700 spellings of one element of a list, 50,000 rows."""
    names = [f"attributes.sites.{'0' * length}" for length in range(1, 701)]
    return _posted(scene, {"entity_type": STRUCTURE, "tag": "a"}, names)


def columns(scene: Scene) -> str:
    """790 columns of 50,000 rows."""
    names = [f"attributes.{number}" for number in range(790)]
    return _posted(scene, {"entity_type": "", "tag": "a"}, names)


def _posted(scene: Scene, vertex: object, names: list[str]) -> str:
    query = {"path": [vertex], "project": {"a": names}, "limit": 50_000}
    return str(sending.ask(scene.port, POSTING, query, patience=90))


def terms(scene: Scene) -> str:
    """700 terms in a URL of 24 kB, by four clients at once."""
    text = "&".join(f'attributes.a{number % 9}!="{number}"' for number in range(700))
    path = f"{API}/nodes?{quote(text, safe='&=!')}"
    return _statuses(sending.at_once(4, lambda: sending.ask(scene.port, path, patience=45)))


def pattern(scene: Scene) -> str:
    """A pattern of 4,000 characters on a text of 3 MB, by four clients at once."""
    text = f"%{'a' * PATTERN}b%"
    query = {
        "path": [{"entity_type": "", "tag": "a"}],
        "filters": {"a": {"uuid": LONG, "attributes.text": {"like": text}}},
        "project": {"a": ["id"]},
    }
    return _statuses(
        sending.at_once(4, lambda: sending.ask(scene.port, POSTING, query, patience=60))
    )


@contextmanager
def _hanging(folder: Path) -> Iterator[None]:
    """Stop all processes of a cluster: connections stay, and nothing answers."""
    main = int((folder / "postmaster.pid").read_text().split()[0])
    os.kill(main, signal.SIGSTOP)
    pids = [main, *map(int, Path(f"/proc/{main}/task/{main}/children").read_text().split())]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def hang(scene: Scene) -> None:
    """Let the database hang until its store counts as dead; slow statements are sent on and on."""
    seconds = HANGING + TRYING
    work = partial(sending.ask, scene.port, POSTING, counting(), patience=30)
    threading.Thread(target=sending.looping, args=(8, seconds, work), daemon=True).start()
    with _hanging(scene.cluster):
        time.sleep(HANGING)


def trial(_: Scene) -> str:
    """The database works again, the slow statements go on."""
    time.sleep(TRYING)
    return "nothing that matters"


def tree(scene: Scene) -> str:
    """Four clients ask for the tree of a node with 100,000 outputs."""
    path = f"{API}/nodes/{HUB}/links/tree"
    found = sending.at_once(4, lambda: sending.ask(scene.port, path, patience=60))
    return f"{_statuses(found)}; {max(one.size for one in found) / 1e6:.1f} MB each"


def type_counts(scene: Scene) -> str:
    """Two clients ask how many nodes each of 30,000 process types has."""
    path = f"{API}/nodes/full_types_count"
    return _statuses(sending.at_once(2, lambda: sending.ask(scene.port, path, patience=90)))


def cursor(scene: Scene) -> str:
    """A cursor with a time that the year 1 cannot hold."""
    path = f"{API}/nodes?limit=2&orderby=ctime&cursor="
    first = sending.ask(scene.port, f"{path}*")
    (text,) = re.findall(r"cursor=([\w%-]+)", (first.headers or {}).get("Link", ""))[:1]
    content = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    content[3][0] = "0001-01-01T00:00:00+23:59"
    forged = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
    return str(sending.ask(scene.port, path + forged))


QUERIES = (
    Attack("3.1", "slow", "slow queries, clients leave", WAITRESS, POSTGRESQL, slow),
    Attack("3.1", "slow-sqlite", "slow queries, clients leave", WAITRESS, ARCHIVE, slow),
    Attack("3.1", "slow-gunicorn", "ten clients loop and leave", GUNICORN, POSTGRESQL, looping),
    Attack("3.2", "spellings", "700 spellings of one element", WAITRESS, POSTGRESQL, spellings),
    Attack("3.2", "columns", "790 columns, 50,000 rows", WAITRESS, POSTGRESQL, columns),
    Attack("3.3", "terms", "700 terms in a URL", WAITRESS, POSTGRESQL, terms),
    Attack("3.3", "pattern", "a pattern of 4,000 characters", WAITRESS, POSTGRESQL, pattern),
    Attack(
        *("3.4", "trial", "slow queries after a trip", WAITRESS, POSTGRESQL, trial),
        settings=TRIAL,
        before=hang,
    ),
    Attack("3.8", "cursor", "a forged cursor", WAITRESS, ARCHIVE, cursor),
    Attack("3.10", "tree", "a tree of 100,000 outputs", WAITRESS, POSTGRESQL, tree),
    Attack("3.11", "pattern-sqlite", "a pattern of 4,000 characters", WAITRESS, SQLITE, pattern),
    Attack("3.13", "types", "counts of 30,000 types", WAITRESS, POSTGRESQL, type_counts),
)
