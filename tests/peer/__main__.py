"""`make test-peer`: run AiiDA's own REST tests against `provender restapi`.

Two environments take part: Provender's runs this file and the servers, AiiDA's runs pytest. They
meet in HTTP, on the store of AiiDA's test profile.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from peer import environment
from peer.expected import POSTGRES, SQLITE
from peer.task import Storage, Task
from support import postgres

TESTS = Path(__file__).resolve().parents[1]
STORAGES = (SQLITE, POSTGRES)
FOREIGN = ("AIIDA_PATH", "PYTEST_ADDOPTS", "PYTEST_PLUGINS")
"""Variables that would change what AiiDA's tests do."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("source", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("arguments", nargs=-1)
@environment.option
@click.option(
    "--storage",
    type=click.Choice(["both", *STORAGES]),
    default="both",
    show_default=True,
    help="Storage of AiiDA's test profile.",
)
def main(source: Path, arguments: tuple[str, ...], home: Path, storage: str) -> None:
    """Run the tests in the folder tests/restapi of SOURCE, a checkout of aiida-core.

    ARGUMENTS go to pytest, after two dashes: `-- -k querybuilder -x`.
    """
    tests = source.resolve() / "tests" / "restapi"
    if not tests.is_dir():
        raise click.ClickException(f"{source} has no folder tests/restapi.")
    python = environment.prepare(home.absolute(), click.echo)
    environment.compare_versions(python, source, click.echo)
    chosen = STORAGES if storage == "both" else (storage,)
    statuses = {kind: run(kind, tests, python, arguments) for kind in chosen}
    for kind, status in statuses.items():
        click.echo(f"{kind}: {f'not as expected ({status})' if status else 'as expected'}")
    sys.exit(max(statuses.values()))


def run(kind: str, tests: Path, python: Path, arguments: tuple[str, ...]) -> int:
    """Return the exit status of pytest on one storage."""
    with tempfile.TemporaryDirectory(prefix="provender-peer-") as folder, storage_of(kind) as found:
        task = Task(
            storage=found,
            server=(sys.executable, "-m", "provender"),
            pythonpath=absolute(os.environ.get("PYTHONPATH", "")),
            folder=folder,
            complete=not arguments,
        )
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        own = {"PYTHONPATH": str(TESTS), "HOME": folder, Task.VARIABLE: task.dump()}
        host = {"PGHOST": found.host} if found.host else {}
        command = [str(python), "-m", "pytest", *options(tests, folder), *arguments, str(tests)]
        return subprocess.run(
            command, env={**kept, **own, **host}, cwd=folder, check=False
        ).returncode


def absolute(pythonpath: str) -> str:
    """Return a search path whose folders are the same from everywhere."""
    return os.pathsep.join(
        str(Path(part).resolve()) for part in pythonpath.split(os.pathsep) if part
    )


def options(tests: Path, folder: str) -> list[str]:
    """Return pytest's options; they keep out AiiDA's settings and the conftest of all its tests."""
    settings = Path(folder) / "pytest.ini"
    settings.write_text("[pytest]\nmarkers = requires_psql: needs PostgreSQL\n")
    return [
        *("-c", str(settings), "--rootdir", str(tests), "--confcutdir", str(tests)),
        *("-p", "no:cacheprovider", "-p", "aiida.tools.pytest_fixtures", "-p", "peer.plugin"),
        *("-q", "--disable-warnings", "--tb=short"),
    ]


@contextmanager
def storage_of(kind: str) -> Iterator[Storage]:
    """Yield where AiiDA's test profile keeps its data; a PostgreSQL is started if needed."""
    if kind == SQLITE:
        yield Storage(kind)
        return
    with postgres.cluster() as cluster:
        url = postgres.create_database(cluster)
        try:
            yield Storage.read(kind, url)
        finally:
            postgres.drop_database(cluster, url)


if __name__ == "__main__":
    main(prog_name="python -m peer")
