"""`make test-upgrades`: AiiDA imports what `provender archive upgrade` writes.

Of each archive a new one is written. AiiDA must know its version and import it, and then know the
same as of the archive itself, or of what AiiDA migrated it to (`NAME.migrated.aiida` beside it).
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from peer import environment

TESTS = Path(__file__).resolve().parents[1]
IMPORTING = Path(__file__).with_name("importing.py")
TWIN = ".migrated.aiida"
# What AiiDA does not migrate holds the same as an archive that it does, by the name's beginning.
OTHER_TWINS = {
    "0.": "0.5--core.export_0.5_simple.migrated.aiida",
    "": "main_0000--core.export_main_0000_simple.migrated.aiida",
}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("archives", nargs=-1, type=click.Path(path_type=Path, exists=True))
@environment.option
def main(archives: tuple[Path, ...], home: Path) -> None:
    """Compare what AiiDA imports; by default of all archives among the data of the tests."""
    python = environment.prepare(home.absolute(), click.echo)
    data = TESTS / "data"
    found = archives or sorted([*data.glob("*.aiida"), *data.glob("legacy/*.aiida")])
    wrong = 0
    for archive in (one for one in found if not one.name.endswith(TWIN)):
        with tempfile.TemporaryDirectory(prefix="provender-peer-") as folder:
            lines = list(compare(python, archive.absolute(), Path(folder)))
        wrong += bool(lines)
        click.echo(f"{archive.name}: {'; '.join(lines) or 'the same'}")
    sys.exit(1 if wrong else 0)


def compare(python: Path, archive: Path, folder: Path) -> Iterator[str]:
    """Yield in what the import of an upgraded archive differs from that of its twin."""
    new = folder / "new.aiida"
    environment.run(
        [sys.executable, "-m", "provender", "archive", "upgrade", str(archive), str(new)]
    )
    os.environ["AIIDA_PATH"] = str(folder)
    told = environment.run([str(python.with_name("verdi")), "archive", "info", str(new)])
    if "export_version: main_0001" not in (told or ""):
        yield "AiiDA does not know its version"
    ours = known(python, new, folder / "ours")
    theirs = known(python, twin(archive), folder / "theirs")
    for kind, things in theirs.items():
        if ours[kind] != things:
            yield f"{kind} differ: {difference(ours[kind], things)}"


def known(python: Path, archive: Path, folder: Path) -> dict[str, object]:
    """Return what AiiDA knows after the import of an archive into a new profile."""
    folder.mkdir()
    text = environment.run([str(python), str(IMPORTING), str(archive), str(folder)]) or ""
    found: dict[str, object] = json.loads(text.splitlines()[-1])
    return found


def twin(archive: Path) -> Path:
    """Return what AiiDA made of an archive; the archive itself if that is of today."""
    migrated = archive.with_name(archive.stem + TWIN)
    if migrated.exists():
        return migrated
    if "--" not in archive.name:
        return archive
    return archive.with_name(
        next(OTHER_TWINS[key] for key in OTHER_TWINS if archive.name.startswith(key))
    )


def difference(ours: object, theirs: object) -> str:
    """Return the first place at which two answers differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted({*ours, *theirs}):
            if ours.get(key) != theirs.get(key):
                return f"{key} {difference(ours.get(key), theirs.get(key))}"
    return f"{ours!r:.200} instead of {theirs!r:.200}"


if __name__ == "__main__":
    main(prog_name="python -m peer.upgrades")
