"""Attacks by connections: idle ones, slow readers, ranges, odd headers. Floor: bench."""

from __future__ import annotations

import time

from bench.attacks import sending
from bench.attacks.scene import ARCHIVE, GUNICORN, POSTGRESQL, WAITRESS, Attack, Scene
from bench.attacks.victims import HUGE

API = "/api/v4"
SECONDS = 8.0
RANGE = "Range: bytes=-6\r\n"


def idle(count: int, scene: Scene) -> str:
    """Connections that ask for nothing."""
    with sending.open_connections(scene.port, count):
        alive = sending.ask(scene.port, "/alive", patience=SECONDS)
        time.sleep(SECONDS)
    return f"/alive: {alive}"


def slow_readers(count: int, scene: Scene) -> str:
    """Clients that ask for a file of 256 MiB and read 10 kB a second."""
    big = sending.ask(scene.port, f"{API}/nodes?id=1&limit=1")
    uuid = sending.json_of(big)["data"]["nodes"][0]["uuid"]
    request = sending.request_text(f'{API}/nodes/{uuid}/repo/contents?filename="big.bin"')
    with sending.open_connections(scene.port, count, request, rate=10_000):
        alive = sending.ask(scene.port, "/alive", patience=SECONDS)
        time.sleep(SECONDS)
    return f"/alive: {alive}"


def ends_of_files(scene: Scene) -> str:
    """Eight clients ask for the last six bytes of a compressed file of 1 GiB, and leave."""
    path = f'{API}/nodes/{HUGE}/repo/contents?filename="huge.bin"'
    request = sending.request_text(path, headers=RANGE)
    sending.at_once(8, lambda: sending.leave(scene.port, request, 1.0))
    reply = sending.ask(scene.port, path, headers={"Range": "bytes=-6"}, patience=60)
    return f"six bytes: {reply}"


def odd_requests(scene: Scene) -> str:
    """A host that is none, a doubled slash, both a length and chunks, raw UTF-8."""
    host = sending.raw(
        scene.port,
        f"GET {API}/nodes/page/1 HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n",
    )
    malformed = sending.raw(scene.port, "GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n")
    both = sending.raw(
        scene.port,
        f"POST {API}/querybuilder HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
        "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
    )
    link = "`Link: <http:///…>`" if "<http:///" in host else "no link to nowhere"
    said = "JSON" if "application/json" in malformed else "text"
    return (
        f"empty host: {_status(host)}, {link}; malformed: {_status(malformed)} as {said}; "
        f"a length and chunks: {_status(both)}"
    )


def _status(answer: str) -> str:
    return answer.split(" ", 2)[1] if answer.startswith("HTTP/") else "no answer"


CONNECTIONS = (
    Attack(
        *("3.6", "idle", "200 idle connections", WAITRESS, POSTGRESQL),
        lambda scene: idle(200, scene),
    ),
    Attack(
        *("3.6", "slow-readers", "100 slow readers of a file", WAITRESS, POSTGRESQL),
        lambda scene: slow_readers(100, scene),
    ),
    Attack(
        *("3.6", "idle-gunicorn", "40 idle connections", GUNICORN, POSTGRESQL),
        lambda scene: idle(40, scene),
    ),
    Attack("3.7", "ranges", "ends of a compressed file", WAITRESS, ARCHIVE, ends_of_files),
    Attack("3.14", "odd", "odd hosts and headers", WAITRESS, POSTGRESQL, odd_requests),
)
