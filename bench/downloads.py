"""`python -m bench.downloads URL`: many small files, in three ways that take turns. Floor: bench.

`httpx.get` for each file, as a first script has it; one kept-alive connection; and `files.fetch` of
the client. The first two ask for fewer files, since each of them takes as long. Measured is what
users wait for: the files are on the disk at the end, and the client has looked for them before.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import httpx

from provender.client import Client
from provender.client.rows.results import Record
from provender.client.transport.addresses import joined

Get = Callable[[str], httpx.Response]


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("url")
@click.option("--where", default="", help="The selection, all files of which are fetched.")
@click.option("--few", default=500, help="How many files are asked for one by one.")
@click.option("--rounds", default=3, help="How often each has its turn.")
def main(url: str, where: str, few: int, rounds: int) -> None:
    """Measure how fast small files are downloaded."""
    best: dict[str, float] = {}
    with Client(url) as client, httpx.Client() as kept:
        files = list(client.files.find(where))
        size = sum(file["size"] for file in files)
        click.echo(f"{len(files):,} files of {size / len(files):,.0f} bytes on average")
        for _ in range(rounds):
            rates = {
                "httpx.get": _one_by_one(client, files[:few], httpx.get),
                "kept alive": _one_by_one(client, files[:few], kept.get),
                "files.fetch": _fetched(client, where),
            }
            click.echo("  ".join(f"{name} {rate:,.0f}/s" for name, rate in rates.items()))
            best = {name: max(rate, best.get(name, 0)) for name, rate in rates.items()}
    for name in ("httpx.get", "kept alive"):
        click.echo(f"files.fetch is {best['files.fetch'] / best[name]:.1f} times as fast as {name}")


def _one_by_one(client: Client, files: Sequence[Record], get: Get) -> float:
    """Return how many files come in a second."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        for number, file in enumerate(files):
            address = f"nodes/{file['uuid']}/repo/contents"
            url = joined(client.connection.base, address, [f'filename="{file["path"]}"'])
            (Path(folder) / str(number)).write_bytes(get(url).raise_for_status().content)
        return len(files) / (time.perf_counter() - begun)


def _fetched(client: Client, where: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        fetched = client.files.fetch(where, folder)
        return fetched.files / (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
