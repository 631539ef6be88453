"""`make test-client`: `provender.client` against AiiDA's own REST API and against Provender.

AiiDA serves an archive (`verdi restapi`) from an environment of its own, Provender the same file.
The client asks both, for all that both have, and the answers are compared.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click

from peer import environment
from provender import create_app
from provender.client import (
    BadQuery,
    Client,
    ClientError,
    NotFound,
    NotServed,
    Record,
    Retries,
    ServerError,
)
from support.server import serving

TESTS = Path(__file__).resolve().parents[1]
ARCHIVES = (TESTS / "data" / "lab.aiida", TESTS / "data" / "materials.aiida")
PROFILE = "archive"
STRUCTURE = "data.core.structure.StructureData."
WORKFLOW = "process.workflow.workchain.WorkChainNode."
JOB = "process.calculation.calcjob.CalcJobNode."
# Columns of both servers; AiiDA's also has what is private here.
SHOWN = {
    "nodes": ("id", "uuid", "label", "node_type", "process_type", "ctime", "mtime", "full_type"),
    "computers": ("id", "uuid", "label", "hostname", "scheduler_type", "transport_type"),
    "groups": ("id", "uuid", "label", "type_string"),
    "users": ("id", "first_name", "last_name", "institution"),
}


def shown(rows: Any, resource: str = "nodes") -> list[tuple[Any, ...]]:
    """Return rows as what both servers show of them."""
    return [tuple(row[name] for name in SHOWN[resource]) for row in rows]


def of_each(client: Client, kind: str, told: Callable[[Record], Any]) -> dict[str, Any]:
    """Return what is told of each node of a type."""
    return {node.uuid: told(node) for node in client.nodes.list(node_type=kind, orderby="id")}


def links(client: Client) -> dict[str, Any]:
    """Return the neighbours of jobs, by the uuid of the job."""

    def told(node: Record) -> list[tuple[str, ...]]:
        rows = client.nodes.links(node)
        return sorted((row.uuid, row.link_type, row.link_label) for row in rows)

    return of_each(client, JOB, told)


def files(client: Client) -> dict[str, Any]:
    """Return the contents of all files of jobs, by the uuid of the job."""

    def told(node: Record) -> dict[str, bytes]:
        paths = [file.path for file in client.files.tree(node)]
        return {path: client.files.read(node, path) for path in paths}

    return of_each(client, JOB, told)


def downloaded(client: Client) -> dict[str, str]:
    """Return files after a download, by their paths."""
    job = client.nodes.list(node_type=JOB, orderby="id").first()
    if job is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        client.files.download_all(job, folder)
        found = [path for path in Path(folder).rglob("*") if path.is_file()]
        return {str(path.relative_to(folder)): path.read_text() for path in found}


def sides(client: Client) -> dict[str, Any]:
    """Return the names of the input and output files of jobs."""
    return of_each(
        client,
        JOB,
        lambda node: [
            sorted(row.name for row in side(node))
            for side in (client.jobs.input_files, client.jobs.output_files)
        ],
    )


def xyz(client: Client, node: Record) -> str | None:
    """Return a structure as XYZ; None for alloys, which have no such form."""
    try:
        text: str = client.nodes.download(node, "xyz")
    except ClientError:
        return None
    return text


def count(client: Client, where: Any, **options: Any) -> int:
    """Return how many nodes there are, as the server counts and as the loop does."""
    listing = client.nodes.list(where, **options)
    number = sum(1 for _ in listing)
    if number != listing.count():
        raise AssertionError(f"{number} rows, but the server counts {listing.count()}")
    return number


# What both servers are asked for.
ASKED: dict[str, Callable[[Client], Any]] = {
    "all nodes": lambda c: shown(c.nodes.list(orderby="id")),
    "pages of 50": lambda c: [shown(page) for page in c.nodes.list(orderby="id").pages(50)],
    "a limit": lambda c: shown(c.nodes.list(orderby="-id", limit=7)),
    "take": lambda c: shown(c.nodes.list(orderby="id").take(450)),
    "a number": lambda c: count(c, None),
    "a label": lambda c: count(c, {"label.like": "%a%"}),
    "several pks": lambda c: shown(c.nodes.list(id=[3, 4, 5], orderby="id")),
    "a day": lambda c: count(c, None, ctime="2026-11-20"),
    "a type": lambda c: count(c, None, node_type=STRUCTURE),
    "attributes in lists": lambda c: [
        node.attributes for node in c.nodes.list(node_type=STRUCTURE, attributes=True, orderby="id")
    ],
    "a table": lambda c: list(c.nodes.list(orderby="id").to_dataframe()["uuid"]),
    "one node": lambda c: shown([c.nodes.get(c.nodes.list(orderby="id").take(3)[2])]),
    "one node by pk": lambda c: shown([c.nodes.get(5)]),
    "attributes": lambda c: of_each(c, STRUCTURE, c.nodes.attributes),
    "an attribute": lambda c: of_each(c, STRUCTURE, lambda node: c.nodes.attributes(node, "cell")),
    "extras": lambda c: of_each(c, STRUCTURE, c.nodes.extras),
    "derived": lambda c: of_each(c, STRUCTURE, lambda node: c.nodes.derived(node).formula),
    "comments": lambda c: of_each(c, STRUCTURE, lambda n: [r.message for r in c.nodes.comments(n)]),
    "xyz": lambda c: of_each(c, STRUCTURE, lambda node: xyz(c, node)),
    "links": links,
    "files": files,
    "downloads": downloaded,
    "files of jobs": sides,
    "reports": lambda c: of_each(
        c, WORKFLOW, lambda node: [row.message for row in c.processes.report(node)]
    ),
    "computers": lambda c: shown(c.computers.list(orderby="id"), "computers"),
    "groups": lambda c: shown(c.groups.list(orderby="id"), "groups"),
    "users": lambda c: shown(c.users.list(orderby="id"), "users"),
    "statistics": lambda c: c.nodes.statistics().types,
    "versions": lambda c: c.server.versions().API_prefix,
    "a query": lambda c: sorted(
        row["uuid"]
        for row in c.querybuilder(
            {"path": [{"entity_type": STRUCTURE, "tag": "s"}], "project": {"s": ["uuid"]}}
        )["s"]
    ),
}
# What the client says of AiiDA's server, which answers errors with a page: the errors it may be.
REFUSED: dict[str, tuple[Callable[[Client], Any], tuple[type[ClientError], ...]]] = {
    "an unknown key": (lambda c: c.nodes.list("lable=1").first(), (ServerError, BadQuery)),
    "a later date": (lambda c: count(c, {"ctime.gte": "2026-11-20"}), (ServerError,)),
    "an unknown node": (lambda c: c.nodes.get("ffffffff-ffff"), (ServerError, NotFound)),
    "a missing route": (lambda c: c.server.info(), (NotFound,)),
    "processes": (lambda c: c.processes.list().first(), (NotFound,)),
    "jobs": (lambda c: c.jobs.list(failed=True).first(), (NotFound,)),
    "states": (lambda c: c.processes.status(JOB), (NotFound,)),
    "facets": (lambda c: c.nodes.facets(), (ServerError, NotFound, NotServed)),
    "conditions with or": (
        lambda c: c.nodes.list({"$or": [{"label": "a"}, {"label": "b"}]}).first(),
        (ServerError, NotFound, NotServed),
    ),
}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@environment.option
def main(home: Path) -> None:
    """Ask AiiDA's server and Provender for the same, and compare what the client makes of it."""
    python = environment.prepare(home.absolute(), click.echo)
    wrong = 0
    for archive in ARCHIVES:
        app = create_app(store=archive)
        with served(python, archive) as theirs, serving(app) as ours:
            retries = Retries(tries=2, first_seconds=0.1)
            with Client(theirs, retries=retries) as their, Client(ours) as our:
                found = [*differences(their, our), *unrefused(their)]
        app.extensions["provender"].stores.close()
        for line in found:
            click.echo(f"  {line}")
        click.echo(f"{archive.name}: {len(ASKED) + len(REFUSED)} questions, {len(found)} differ")
        wrong += len(found)
    sys.exit(bool(wrong))


def differences(their: Client, our: Client) -> Iterator[str]:
    """Yield a line for each question that the two servers answer differently."""
    for name, ask in ASKED.items():
        answers = [outcome(ask, client) for client in (their, our)]
        if answers[0] != answers[1] or isinstance(answers[0], ClientError):
            yield f"{name}: AiiDA {answers[0]!r:.300}\n    Provender {answers[1]!r:.300}"


def outcome(ask: Callable[[Client], Any], client: Client) -> Any:
    """Return an answer, or the error in its place."""
    try:
        return ask(client)
    except (ClientError, AssertionError, KeyError, AttributeError) as error:
        return error


def unrefused(their: Client) -> Iterator[str]:
    """Yield a line for each error of AiiDA's server that the client does not tell as one."""
    for name, (ask, errors) in REFUSED.items():
        found = outcome(ask, their)
        if not isinstance(found, errors):
            yield f"{name}: no error of AiiDA's server, but {type(found).__name__} {found!r:.300}"


@contextmanager
def served(python: Path, archive: Path) -> Iterator[str]:
    """Yield the root of AiiDA's server of a copy of an archive."""
    with tempfile.TemporaryDirectory(prefix="provender-peer-") as folder:
        copy = Path(shutil.copy(archive, folder))
        verdi = str(python.with_name("verdi"))
        own = {"HOME": folder, "AIIDA_PATH": folder, "PATH": "/usr/bin:/bin"}
        setup = ["profile", "setup", "core.sqlite_zip", "-n", "-p", PROFILE, "--filepath", copy]
        subprocess.run([verdi, *map(str, setup)], env=own, check=True, capture_output=True)
        log = Path(folder) / "server.log"
        process = subprocess.Popen(
            [verdi, "-p", PROFILE, "restapi", "-P", "0"],
            env={**own, "PYTHONUNBUFFERED": "1"},
            stdout=log.open("w"),
            stderr=subprocess.STDOUT,
        )
        try:
            yield root_of(process, log)
        finally:
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()


def root_of(process: subprocess.Popen[bytes], log: Path) -> str:
    """Return the root that a server names when it takes requests."""
    while process.poll() is None:
        if found := re.search(r"Running on (http://[\d.]+:\d+)", log.read_text()):
            return found[1]
        time.sleep(0.1)
    raise RuntimeError(f"AiiDA's server does not start: {log.read_text()}")


if __name__ == "__main__":
    main(prog_name="python -m peer.client")
