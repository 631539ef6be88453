"""`make test-exports`: AiiDA imports archives of selections, and makes the same itself.

Random selections, each with other links that are followed, and every rule that can be changed: what
is in the archive must be what `verdi archive create` takes with the same options, and AiiDA must
import it without a warning, and then know the same as of the store.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

import provender
from peer import environment
from peer.upgrades import difference
from provender.query.plan.traversal import RULES
from provender.settings import Settings

TESTS = Path(__file__).resolve().parents[1]
EXPORTING = Path(__file__).with_name("exporting.py")
ROOT = "/api/v4/nodes"
CHANGEABLE = [rule for rule in RULES if not rule.is_fixed]
COLUMNS = ("node_type", "process_type", "label", "description", "ctime", "attributes", "extras")
ALIKE = (*COLUMNS, "user", "computer", "files", "comments")


@dataclass(frozen=True)
class Task:
    """A selection: its nodes, or the group that it names, and the rules that differ."""

    nodes: tuple[str, ...]
    group: str | None
    rules: dict[str, bool]

    @property
    def options(self) -> list[str]:
        """The options of `verdi archive create`."""
        return [
            f"--{'' if value else 'no-'}{name.replace('_', '-')}"
            for name, value in self.rules.items()
        ]

    def body(self) -> dict[str, object]:
        """The body of our request."""
        where = {"group": self.group} if self.group else {"uuid": {"in": list(self.nodes)}}
        return {"where": where, **self.rules}

    def __str__(self) -> str:
        what = "a group" if self.group else f"{len(self.nodes)} nodes"
        return " ".join([what, *self.options])


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("archive", default=TESTS / "data" / "lab.aiida", type=click.Path(path_type=Path))
@click.option("--number", default=30, show_default=True, help="Random selections.")
@click.option("--seed", default=1, show_default=True)
@environment.option
def main(archive: Path, number: int, seed: int, home: Path) -> None:
    """Compare archives of selections of the nodes of ARCHIVE with those of AiiDA."""
    python = environment.prepare(home.absolute(), click.echo)
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="provender-peer-") as name:
        folder = Path(name)
        client = client_of(archive)
        tasks = list(chosen(client, number, random.Random(seed)))  # noqa: S311 - for tests
        asked = [told(client, task, folder / f"{at}.aiida") for at, task in enumerate(tasks)]
        (folder / "tasks.json").write_text(json.dumps(asked), encoding="utf-8")
        command = [str(python), str(EXPORTING), str(archive.absolute())]
        environment.run([*command, str(folder / "tasks.json"), str(folder)])
        answers = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    for task, answer in zip(tasks, answers["tasks"], strict=True):
        lines = list(compared(task, answer, answers["store"]))
        wrong += bool(lines)
        number_of = len(answer["imported"]["nodes"])
        click.echo(f"{task}: {'; '.join(lines) or f'the same {number_of} nodes'}")
    click.echo(f"{len(tasks)} archives, {wrong} of them differ")
    sys.exit(1 if wrong else 0)


def client_of(archive: Path):
    """Return a client of a server of an archive that tells the addresses of users."""
    settings = Settings(expose=("users.email",))
    return provender.create_app(settings=settings, store=str(archive)).test_client()


def chosen(client, number: int, chance: random.Random) -> Iterator[Task]:
    """Yield random selections with random rules, and one for every rule of AiiDA."""
    uuids = listed(client, "nodes", "")
    starts = listed(client, "nodes", 'node_type=like="process.%"') or uuids
    for rule in CHANGEABLE:
        some = chance.sample(starts, min(2, len(starts))) + chance.sample(uuids, 2)
        yield Task(tuple(some), None, {rule.name: not rule.is_followed})
    for group in listed(client, "groups", ""):
        yield Task((), group, {})
    for _ in range(number):
        some = chance.sample(uuids, chance.choice((1, 1, 2, 3, 5, 20)))
        rules = {rule.name: chance.random() < 0.5 for rule in CHANGEABLE}
        yield Task(tuple(some), None, rules)


def listed(client, what: str, query: str) -> list[str]:
    """Return the uuids of a list."""
    found = client.get(f"/api/v4/{what}?{query}").json["data"][what]
    return [thing["uuid"] for thing in found]


def told(client, task: Task, place: Path) -> dict[str, object]:
    """Write our archive of a task, and return the task for AiiDA."""
    with client.post(f"{ROOT}/archive.aiida", json=task.body()) as answer:
        if answer.status_code != 200:
            raise SystemExit(f"{task}: {answer.text}")
        place.write_bytes(answer.data)
    groups = [task.group] if task.group else []
    return {"nodes": task.nodes, "groups": groups, "options": task.options, "ours": str(place)}


def compared(task: Task, answer: dict, store: dict) -> Iterator[str]:
    """Yield in what an archive differs from AiiDA's, and from the store."""
    created, imported = answer["created"], answer["imported"]
    nodes = imported["nodes"]
    if created.get("uuids") != sorted(nodes):
        theirs = created.get("problem", len(created.get("uuids", ())))
        yield f"other nodes than AiiDA takes: {theirs}"
    if imported["warnings"]:
        yield f"warnings: {imported['warnings'][:3]}"
    for uuid, node in nodes.items():
        true = store["nodes"][uuid]
        links = [link for link in true["incoming"] if link[0] in nodes]
        ours = {name: node[name] for name in ALIKE} | {"incoming": node["incoming"]}
        theirs = {name: true[name] for name in ALIKE} | {"incoming": links}
        if ours != theirs:
            yield f"{uuid}: {difference(ours, theirs)}"
    groups = {task.group: store["groups"][task.group]} if task.group else {}
    if imported["groups"] != groups:
        yield f"groups: {difference(imported['groups'], groups)}"
    logs = {uuid: log for uuid, log in store["logs"].items() if uuid in imported["logs"]}
    if imported["logs"] != logs:
        yield f"logs: {difference(imported['logs'], logs)}"


if __name__ == "__main__":
    main(prog_name="python -m peer.exports")
