"""`make test-archives`: archives of older versions, as AiiDA migrates them and as we read them.

Random archives are written, AiiDA migrates them in an environment of its own, and each row and
file of the two is compared. AiiDA 2 migrates 0.4 and later.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from peer import environment
from support.legacy.graphs import Graph
from support.legacy.reading import difference, read, read_migrated
from support.legacy.versions import since

TESTS = Path(__file__).resolve().parents[1]
OLDEST_MIGRATED = "0.4"
LONGEST = 300


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@environment.option
@click.option("--count", default=30, show_default=True, help="Archives of each version.")
@click.option("--first", default=0, show_default=True, help="Seed of the first one.")
def main(home: Path, count: int, first: int) -> None:
    """Compare what AiiDA and Provender make of random archives."""
    python = environment.prepare(home.absolute(), click.echo)
    wrong = 0
    for version in since(OLDEST_MIGRATED):
        with tempfile.TemporaryDirectory(prefix="provender-peer-") as name:
            found = compared(version, range(first, first + count), python, Path(name))
        for line in found:
            click.echo(f"  {line:.{LONGEST}}")
        click.echo(f"{version}: {count} archives, {len(found)} differ")
        wrong += len(found)
    sys.exit(bool(wrong))


def compared(version: str, seeds: range, python: Path, folder: Path) -> list[str]:
    """Return a line for each archive that AiiDA refuses, or that the two read differently."""
    source, target = folder / "written", folder / "migrated"
    source.mkdir()
    target.mkdir()
    graphs = {f"{seed}.aiida": Graph(version, seed, is_plain=True) for seed in seeds}
    for name, graph in graphs.items():
        graph.save(source / name)
    script = Path(__file__).with_name("migrating.py")
    own = {"HOME": str(folder), "AIIDA_PATH": str(folder)}
    command = [str(python), str(script), str(source), str(target)]
    subprocess.run(command, env={**os.environ, **own}, cwd=folder, check=True)
    return [line for name, graph in graphs.items() if (line := judged(name, graph, folder))]


def judged(name: str, graph: Graph, folder: Path) -> str | None:
    """Return what is wrong with one archive: with what AiiDA, the tables, and we say."""
    migrated = folder / "migrated" / name
    if not migrated.exists():
        reasons = (folder / "migrated" / "refused.json").read_text()
        return f"{name}: AiiDA refuses it: {reasons}"
    theirs = read_migrated(migrated, folder)
    if found := difference(graph.expected, theirs):
        return f"{name}: our tables and AiiDA: {found}"
    if found := difference(read(folder / "written" / name, folder), theirs):
        return f"{name}: Provender and AiiDA: {found}"
    return None


if __name__ == "__main__":
    main(prog_name="python -m peer.legacy")
