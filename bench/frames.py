"""`python -m bench.frames STORE`: a walk into a data frame beside the bare pages. Floor: bench.

A server of the store is asked for the list of all nodes. The bare walk reads the same pages over
one connection and throws them away. Each takes its turn in a process of its own, which tells its
rate and how much memory it took: the most, and what the frame holds at the end.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import click
import httpx
import orjson

from provender.client import Client

UNIT = 1 << 10
MEGABYTE = 1_000_000


def bare(root: str) -> tuple[int, int]:
    """Read all pages; return the number of rows."""
    rows, cursor = 0, "*"
    with httpx.Client() as http:
        while cursor:
            url = f'{root}/api/v4/nodes?cursor="{cursor}"&count="none"'
            document = orjson.loads(http.get(url).content)
            rows, cursor = rows + len(document["data"]["nodes"]), document.get("next")
    return rows, 0


def loop(root: str) -> tuple[int, int]:
    """Loop over the list; return the number of rows."""
    with Client(root) as client:
        return sum(1 for _ in client.nodes.list()), 0


def frame(root: str) -> tuple[int, int]:
    """Make a data frame; return its rows and bytes."""
    with Client(root) as client:
        made = client.nodes.list().to_dataframe()
        return len(made), int(made.memory_usage(deep=True).sum())


WAYS: dict[str, Callable[[str], tuple[int, int]]] = {"bare": bare, "loop": loop, "frame": frame}


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("root")
@click.option("--rounds", default=2, help="How often each has its turn.")
@click.option("--way", type=click.Choice(list(WAYS)), help="One of them, in this process.")
def main(root: str, rounds: int, way: str | None) -> None:
    """Measure how fast all nodes of the server at ROOT become a data frame."""
    if way:
        click.echo(json.dumps(_measured(WAYS[way], root)))
        return
    for _ in range(rounds):
        for name in WAYS:
            command = [sys.executable, "-m", "bench.frames", root, "--way", name]
            done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ours
            click.echo(f"{name:6} {done.stdout.strip()}")


def _measured(walk: Callable[[str], tuple[int, int]], root: str) -> dict[str, float]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT
    begun = time.perf_counter()
    rows, held = walk(root)
    seconds = time.perf_counter() - begun
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT - before
    return {
        "rows": rows,
        "rows/s": round(rows / seconds),
        "more MB": round(more / MEGABYTE),
        "frame MB": round(held / MEGABYTE),
    }


if __name__ == "__main__":
    main()
