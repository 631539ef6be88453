"""`python -m bench`: build, start, measure, report. Floor: bench."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import product
from pathlib import Path

import click
from platformdirs import user_cache_path

from bench import measure, peer, report, stores, tables
from bench.clients import Limits
from bench.cluster import cluster, read
from bench.question import Question
from bench.results import save
from bench.servers import Launcher
from bench.stores import Store
from bench.turns import Plan
from bench.workload import QUESTIONS

ROOT = Path(__file__).parents[1]
UNITS = {"k": 10**3, "M": 10**6}
PARTS = sorted({item.part for item in QUESTIONS if item.part})
NAMES = [item.name for item in QUESTIONS]
LARGE = 3_000_000
"""Above it, SQLite and archives are left out unless they are asked for."""


def count_of(text: str) -> int:
    """Return a number of nodes written as 100k or 1M."""
    try:
        return int(text[:-1]) * UNITS[text[-1]] if text[-1:] in UNITS else int(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not like 100k or 1M") from error


def _chosen(only: str) -> tuple[Question, ...]:
    """Return the questions that are named, or all."""
    names = only.split(",") if only else NAMES
    if unknown := set(names).difference(NAMES):
        raise click.BadParameter(f"{', '.join(sorted(unknown))}: not among {', '.join(NAMES)}")
    return tuple(item for item in QUESTIONS if item.name in names)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--nodes", default="100k", help="Sizes of the stores, such as 100k,1M.")
@click.option("--stores", "kinds", default="", help="Of postgresql,sqlite,archive. [default: all]")
@click.option("--only", default="", help=f"Of {','.join(NAMES)}. [default: all]")
@click.option("--part", type=click.Choice(PARTS), help="One part, which goes into docs.")
@click.option("--rounds", default=3, help="How often each server has its turn.")
@click.option("--requests", default=500, help="Requests of a turn, at most.")
@click.option("--seconds", default=2.0, help="Seconds of a turn, at most.")
@click.option("--peer", "given", type=click.Path(path_type=Path), help="Environment with AiiDA.")
@click.option("--without-peer", is_flag=True, help="Do not start AiiDA.")
@click.option("--cache", type=click.Path(path_type=Path), help="Folder of the stores.")
@click.option("--output", type=click.Path(path_type=Path), help="[default: docs, all asked]")
def main(  # noqa: PLR0913 - one argument for each option
    *,
    nodes: str,
    kinds: str,
    only: str,
    part: str | None,
    rounds: int,
    requests: int,
    seconds: float,
    given: Path | None,
    without_peer: bool,
    cache: Path | None,
    output: Path | None,
) -> None:
    """Measure Provender against AiiDA's own server and against a bare-minimum server."""
    folder = (cache or user_cache_path("provender-bench")).expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    home = None if without_peer else peer.environment(folder, given, click.echo)
    target = output or (folder / "partial" if only else ROOT / "docs")
    if only and output is None:
        shutil.rmtree(target, ignore_errors=True)
    launcher = Launcher(folder, home)
    questions = tuple(item for item in _chosen(only) if part in (None, item.part))
    plan = Plan(questions, rounds, Limits(requests, seconds), seconds, click.echo)
    sizes = [count_of(text) for text in nodes.split(",")]
    with cluster(folder / "postgres") as url:
        built = {stores.label(count): _build(folder, url, count, kinds) for count in sizes}
        about = {"PostgreSQL": str(read(url, "SHOW server_version")[0][0])}
        if home is not None:
            about["AiiDA"] = peer.version(home)
        parts = dict.fromkeys(item.part for item in questions)
        for label, found in built.items():
            for store, kind in product(found, parts):
                results = measure.measure(store, label, launcher, plan, kind)
                results.about |= about
                save(results, target / "benchmarks" / f"{results.name}.json")
                click.echo(tables.latencies(results))
        if len(built) > 1:
            first = {label: found[0] for label, found in built.items()}
            save(measure.growth(first, launcher, plan), target / "benchmarks" / "growth.json")
    report.write(target)
    click.echo(f"See {target / 'benchmarks.md'}")


def _build(cache: Path, url: str, count: int, kinds: str) -> list[Store]:
    """Return the stores of one size; those that are not there are built."""
    chosen = kinds.split(",") if kinds else stores.KINDS if count <= LARGE else stores.KINDS[:1]
    return [stores.build(kind, cache, url, count, _progress(kind, count)) for kind in chosen]


def _progress(kind: str, count: int) -> Callable[[int], None]:
    """Return a function that shows how much of a store is written."""
    written = 0

    def tell(nodes: int) -> None:
        nonlocal written
        written += nodes
        share = min(100, 100 * written // count)
        title = f"building {stores.label(count)} nodes ({kind}): {share} %"
        click.echo(f"\r{title}{', indexes' if written >= count else ''}", nl=written >= count)

    return tell


if __name__ == "__main__":
    main()
