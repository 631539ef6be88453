"""`python -m bench.exports`: tables beside psql and COPY, in one run. Floor: bench.

Each format is asked for over HTTP, and beside it psql copies the same rows: by its own command, of
the columns that a person would write, and by COPY of the very expression that Provender sends. All
take turns. What is measured: rows per second, the first byte, and how much memory the server took
more: in all, and without the pages of files, which are those of libraries.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import click
import psycopg2
from platformdirs import user_cache_path

from bench import stores
from bench.__main__ import count_of
from bench.cluster import cluster, read
from bench.servers import OURS, Launcher, Server
from provender.exports.tables.formats import FORMATS
from provender.query.plan.where import EVERYTHING
from provender.query.querydict import Dotted
from provender.query.querystring.parameter import Parameters
from provender.schema.copies import Copy
from provender.settings import Limits
from provender.translators.selections.export import How, TableOf
from provender.translators.selections.selection import Selection
from provender.translators.selections.table import of_fields
from provender.web.routes.views import NODES

COLUMNS = (
    ("uuid,label,attributes.energy", "uuid, label, attributes #> '{energy}'"),
    ("uuid,label,node_type,ctime", "uuid, label, node_type, ctime"),
    ("uuid,attributes", "uuid, attributes"),
)
BLOCK = 1 << 18
END = b"0\r\n\r\n"
# Seconds between two looks at the memory of the server.
LOOK_SECONDS = 0.02


@dataclass(slots=True)
class Figures:
    """The least seconds of a way to get a table, of the first byte, and the most memory more."""

    seconds: float = float("inf")
    first: float = float("inf")
    memory: int = 0
    own: int = 0
    size: int = 0

    def note(self, other: Figures) -> None:
        """Keep what is better, and the most memory."""
        self.seconds, self.first = min(self.seconds, other.seconds), min(self.first, other.first)
        self.memory, self.own = max(self.memory, other.memory), max(self.own, other.own)
        self.size = other.size


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--nodes", default="1M", help="Size of the store, such as 100k or 1M.")
@click.option("--database", default="", help="URL of a store instead.")
@click.option("--rounds", default=3, help="How often each has its turn.")
@click.option("--only", default="", help="Only tables whose columns begin like this.")
@click.option("--cache", type=click.Path(path_type=Path), help="Folder of the stores.")
def main(nodes: str, database: str, rounds: int, only: str, cache: Path | None) -> None:
    """Measure tables beside psql."""
    folder = (cache or user_cache_path("provender-bench")).expanduser().resolve()
    with cluster(folder / "postgres") as url:
        if database:
            store = stores.Store("postgresql", database, database, stores.container(folder))
        else:
            store = stores.build("postgresql", folder, url, count_of(nodes), lambda _: None)
        rows = int(str(read(store.database, "SELECT count(*) FROM db_dbnode")[0][0]))
        click.echo(f"{rows:,} rows, PostgreSQL {read(url, 'SHOW server_version')[0][0]}\n")
        for fields, plain in COLUMNS:
            if fields.startswith(only):
                _compare(store, folder, rows, (fields, plain), rounds)


def _compare(
    store: stores.Store, folder: Path, rows: int, columns: tuple[str, str], rounds: int
) -> None:
    """Print the figures of all formats of a table."""
    fields, plain = columns
    natural = f"SELECT {plain} FROM db_dbnode ORDER BY id"  # noqa: S608 - ours
    found: dict[str, Figures] = {}
    launcher = Launcher(folder)
    for _ in range(rounds):
        figures = found.setdefault("\\copy", Figures())
        figures.note(_psql(store, f"\\copy ({natural}) TO STDOUT csv"))
        for name in FORMATS:
            sql = _copied(store, fields, name)
            found.setdefault(f"{name} COPY", Figures()).note(_psql(store, sql))
            server = launcher.start(OURS, store)
            try:
                found.setdefault(name, Figures()).note(_asked(server, fields, name))
            finally:
                server.stop()
    _tell(fields, rows, found)


def _tell(fields: str, rows: int, found: dict[str, Figures]) -> None:
    copied = found["\\copy"]
    click.echo(f"`{fields}`: `\\copy` {rows / copied.seconds / 1000:.0f} k rows/s\n")
    click.echo(
        "| format | k rows/s | MB/s | of `\\copy` | of COPY | first, ms | memory, MB | its own |"
    )
    click.echo("|---|---|---|---|---|---|---|---|")
    for name in FORMATS:
        mine, same = found[name], found[f"{name} COPY"]
        click.echo(
            f"| {name} | {rows / mine.seconds / 1000:.0f} | {mine.size / mine.seconds / 1e6:.0f} | "
            f"{copied.seconds / mine.seconds:.0%} | {same.seconds / mine.seconds:.0%} | "
            f"{1000 * mine.first:.0f} | {mine.memory / 1e6:.0f} | {mine.own / 1e6:.0f} |"
        )
    click.echo("")


def _copied(store: stores.Store, fields: str, name: str) -> str:
    """Return the COPY that Provender sends for a table."""
    names = [Dotted(*_split(field)) if "." in field else field for field in fields.split(",")]
    table = of_fields(NODES, names, Limits())
    asked = TableOf(Selection(NODES, Parameters(), EVERYTHING), table, Limits())
    copy: Copy = asked.copy(How(FORMATS[name].form))
    with closing(psycopg2.connect(store.database)) as connection, connection.cursor() as cursor:
        text = cursor.mogrify(copy.rows.text, copy.rows.values).decode()
    return f"COPY ({text}) TO STDOUT WITH ({copy.options})"


def _split(field: str) -> tuple[str, tuple[str, ...]]:
    column, *path = field.split(".")
    return column, tuple(path)


def _psql(store: stores.Store, command: str) -> Figures:
    """Return the seconds in which psql gets some rows."""
    psql = shutil.which("psql")
    if psql is None:
        raise click.ClickException("psql is not installed")
    settings = "SET timezone = 'UTC'; SET jit = off"
    begun = time.perf_counter()
    subprocess.run(  # noqa: S603 - our own command
        [psql, store.database, "-q", "-c", settings, "-c", " ".join(command.split("\n"))],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return Figures(time.perf_counter() - begun)


def _asked(server: Server, fields: str, name: str) -> Figures:
    """Return what a request for a table takes."""
    path = f"/api/v4/nodes/export?fields={quote(fields)}&format={name}"
    marks = Path(f"/proc/{server.process.pid}")
    before, own = server.resident_bytes(), _bytes(marks, "RssAnon")
    (marks / "clear_refs").write_text("5")  # the highest mark begins anew
    begun = looked = time.perf_counter()
    figures, last = Figures(), b""
    for block in _blocks(server.port, path):
        now = time.perf_counter()
        if not figures.size:
            figures.first = now - begun
        figures.size += len(block)
        last = (last + block[-8:])[-8:]
        if now - looked > LOOK_SECONDS:
            figures.own, looked = max(figures.own, _bytes(marks, "RssAnon") - own), now
    if not last.endswith(END):
        raise click.ClickException(f"{name} broke off")
    figures.seconds = time.perf_counter() - begun
    figures.memory = _bytes(marks, "VmHWM") - before
    return figures


def _blocks(port: int, path: str) -> Iterator[bytes]:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        while block := connection.recv(BLOCK):
            yield block


def _bytes(marks: Path, name: str) -> int:
    """Return a figure of a process."""
    for line in (marks / "status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    main()
