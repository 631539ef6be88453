"""Cursors near the end of a walk, which only the server itself can give. Floor: bench."""

from __future__ import annotations

import re
from dataclasses import replace

from bench.clients import Client
from bench.question import PREFIX
from bench.samples import Request, Samples
from bench.servers import Server

STEP = 400
"""Rows of a step to the ninth tenth of a store."""
NEXT = re.compile(r'[?&]cursor=([^&>]*)[^>]*>; rel="next"')


def with_cursors(server: Server, samples: Samples, wanted: int) -> Samples:
    """Return samples with the cursor at nine tenths of a walk, and with wanted ones behind it."""
    ninth = samples.nodes * 9 // 10
    step = min(STEP, (samples.nodes - ninth) // (wanted + 1)) | 1  # odd: 20 rows are asked later
    with Client(server) as client:
        few = _walked(client, "*", STEP, ninth // STEP)[-1]
        many = _walked(client, few, step, wanted)
    return replace(
        samples, few=samples.few | {"cursor": [few]}, many=samples.many | {"cursor": many}
    )


def _walked(client: Client, cursor: str, limit: int, steps: int) -> list[str]:
    """Return the cursors of some steps of a walk; it may end before."""
    cursors = []
    for _ in range(steps):
        path = f"{PREFIX}/nodes?limit={limit}&cursor={cursor}"
        target = NEXT.search(client.ask(Request(path)).link)
        if target is None:
            break
        cursor = target[1]
        cursors.append(cursor)
    return cursors
