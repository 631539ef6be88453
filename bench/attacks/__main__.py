"""`python -m bench.attacks`: build stores, attack, write the table. Floor: bench."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import click
from platformdirs import user_cache_path

from bench.__main__ import count_of
from bench.attacks import outcome, page, victims
from bench.attacks.connections import CONNECTIONS
from bench.attacks.disks import DISKS
from bench.attacks.outcome import Outcome
from bench.attacks.queries import QUERIES
from bench.attacks.running import Place, run
from bench.attacks.serving import Launcher
from bench.cluster import cluster
from bench.measure import about

ROOT = Path(__file__).parents[2]
ATTACKS = sorted(
    (*QUERIES, *CONNECTIONS, *DISKS), key=lambda item: int(item.point.partition(".")[2])
)
COLUMNS = ("before", "after")


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--source", default=ROOT, type=click.Path(path_type=Path), help="Checkout to attack.")
@click.option("--column", default="after", type=click.Choice(COLUMNS), help="Column of the table.")
@click.option("--only", default="", help="Names of attacks, or points such as 3.1. [default: all]")
@click.option("--nodes", default="100k", help="Size of the stores.")
@click.option("--cache", type=click.Path(path_type=Path), help="Folder of the stores.")
@click.option("--output", default=ROOT / "docs", type=click.Path(path_type=Path))
def main(
    source: Path, column: str, only: str, nodes: str, cache: Path | None, output: Path
) -> None:
    """Attack a server as on the open internet, and measure what a normal user sees of it."""
    wanted = set(filter(None, only.split(",")))
    chosen = [item for item in ATTACKS if not wanted or {item.name, item.point} & wanted]
    folder = (cache or user_cache_path("provender-bench")).expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "attacked-postgres"
    kept = output / "reliability.json"
    with cluster(data) as url, tempfile.TemporaryDirectory(prefix="attacks-") as place:
        built = victims.build(folder, url, count_of(nodes), lambda _: None)
        where = Place(Launcher(source.resolve(), Path(place)), built, data)
        for attack in chosen:
            try:
                found = run(attack, where)
            except (RuntimeError, OSError, ValueError, LookupError) as error:
                click.echo(f"{attack.point} {attack.name}: not run: {error!r}")
                continue
            outcome.keep(kept, column, about() | {"commit": _commit(source)}, {attack.name: found})
            click.echo(_line(attack.point, attack.name, found))
    if (output / page.PAGE).exists():
        page.write(output / page.PAGE, outcome.read(kept), ATTACKS)


def _commit(source: Path) -> str:
    """Return the commit of a checkout."""
    command = ["/usr/bin/env", "git", "-C", str(source), "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    return done.stdout.strip() or "unknown"


def _line(point: str, name: str, found: Outcome) -> str:
    """Return an outcome as it is shown while the others run."""
    recovery = "never" if found.recovery is None else f"{found.recovery:.1f} s"
    return (
        f"{point} {name}: p99 {found.alone[1] * 1000:.1f} ms alone, {found.beside[1] * 1000:.1f} "
        f"beside; {found.errors} errors and {found.unanswered} unanswered of {found.requests}; "
        f"{found.peak_bytes / 1e6:.0f} MB; recovery {recovery}; {found.got}"
    )


if __name__ == "__main__":
    main()
