"""The ids that a store has, and the requests that are made of them. Floor: bench."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from random import Random

from bench import cluster
from bench.question import FOLDER, JOB, PREFIX, REPEATED, Question
from bench.stores import Store

FEW = 10
"""How many paths are asked again and again, where there are several."""
PLACES, SIZES = range(1, 151), range(10, 31)
"""Pages or offsets, and numbers of rows, where deeper ones would take the database longer."""
PLACE = re.compile(r"{([a-z_]+)}")
Read = Callable[[str], list[tuple[object, ...]]]


@dataclass(frozen=True, slots=True)
class Request:
    """What a server is asked; a body is posted as JSON."""

    path: str
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Samples:
    """What a store has: numbers of nodes and links, and values for the places in paths.

    `few` are asked again and again, `many` once each; no value is in both.
    """

    nodes: int
    links: int
    few: dict[str, list[str]]
    many: dict[str, list[str]]

    def requests(self, question: Question, column: str, other: str = "") -> list[Request]:
        """Return all requests of a column, in the order in which they are asked.

        `other` is the path of a server that does not know that of the question.
        """
        if not question.path(column):
            return []
        path = other or question.path(column)
        values = self.few if column == REPEATED else self.many
        names = PLACE.findall(path) + ["after"] * bool(question.body)
        count = min((len(values.get(name, ())) for name in names), default=1)
        return [_request(path, question.body, values, number) for number in range(count)]


def _request(path: str, body: str, values: dict[str, list[str]], number: int) -> Request:
    """Return the request with the values of this number."""

    def filled(text: str) -> str:
        return PLACE.sub(lambda found: values[found[1]][number], text)

    return Request(PREFIX + filled(path), filled(body).encode() if body else None)


def find_samples(store: Store, wanted: int) -> Samples:
    """Return samples drawn from a store, the same for each kind of store of one size.

    `wanted` is how many values of each place are asked once; a small store has fewer of some.
    """
    random = Random(3)  # noqa: S311 - repeatable, not secret
    with reading(store) as read:
        nodes, links = (int(str(read(sql)[0][0])) for sql in COUNTS)
        drawn = {
            "node": _uuids(read, _drawn(random, range(2, nodes + 1), wanted), random),
            "prefix": _prefixes(read, _drawn(random, range(2, nodes + 1), wanted), random),
            "process": _uuids_of_type(read, JOB, wanted, random),
            "folder": _uuids_of_type(read, FOLDER, wanted, random),
            "failure": _uuids(read, _drawn(random, _ids(read, FAILURES), wanted), random),
            "age": _ages(read, wanted),
        }
        big = str(read("SELECT uuid FROM db_dbnode WHERE id = 1")[0][0])
    pages, ninth = nodes // 20, nodes * 9 // 10
    pairs = [(place, size) for place in PLACES for size in SIZES]
    random.shuffle(pairs)
    drawn |= {
        "deep_page": _drawn(random, range(pages * 8 // 10, pages), wanted),
        "tail": _drawn(random, range(ninth, nodes - 20), wanted),
        "after": _drawn(random, range(1, ninth), wanted),
        "offset": _drawn(random, range(1, min(wanted + FEW + 1, nodes - 400)), wanted),
        "recent": [f"{page}?perpage={size}" for page, size in pairs if page > 1],
        "window": [f"{size}&offset={offset}" for offset, size in pairs],
    }
    few = {name: values[:FEW] for name, values in drawn.items()}
    few |= {"deep_page": [str(pages * 9 // 10)], "after": ["0"], "big": [big]}
    many = {
        name: [value for value in values if value not in few[name]]
        for name, values in drawn.items()
    }
    return Samples(nodes, links, few, many)


# Processes whose log says that something was wrong.
FAILURES = "SELECT DISTINCT dbnode_id FROM db_dblog WHERE levelname = 'WARNING' ORDER BY 1"
COUNTS = ("SELECT max(id) FROM db_dbnode", "SELECT max(id) FROM db_dblink")


@contextmanager
def reading(store: Store) -> Iterator[Read]:
    """Yield a function that returns the rows of a statement, over one connection."""
    kind = cluster.connect if store.kind == "postgresql" else sqlite3.connect
    with closing(kind(store.database)) as connection, closing(connection.cursor()) as cursor:

        def read(sql: str) -> list[tuple[object, ...]]:
            cursor.execute(sql)
            return list(cursor.fetchall())

        yield read


def _drawn(random: Random, values: Sequence[object], wanted: int) -> list[str]:
    """Return a few values more than wanted, or all, in a random order."""
    return [str(value) for value in random.sample(values, min(wanted + FEW, len(values)))]


def _uuids(read: Read, ids: list[str], random: Random) -> list[str]:
    """Return the uuids of nodes, in a random order."""
    sql = f"SELECT uuid FROM db_dbnode WHERE id IN ({', '.join(ids)}) ORDER BY id"  # noqa: S608 - ours
    found = [str(uuid) for (uuid,) in read(sql)]
    random.shuffle(found)
    return found


def _uuids_of_type(read: Read, kind: str, wanted: int, random: Random) -> list[str]:
    sql = f"SELECT id FROM db_dbnode WHERE node_type = '{kind}' AND id > 1 ORDER BY id"  # noqa: S608 - ours
    return _uuids(read, _drawn(random, _ids(read, sql), wanted), random)


def _ids(read: Read, sql: str) -> list[object]:
    return [number for (number,) in read(sql)]


def _ages(read: Read, wanted: int) -> list[str]:
    """Return windows of time that begin a week before the newest node, and a little earlier."""
    newest = datetime.fromisoformat(str(read("SELECT max(ctime) FROM db_dbnode")[0][0])[:19])
    age = datetime.now(timezone.utc) - newest.replace(tzinfo=timezone.utc) + timedelta(days=7)
    minutes = int(age.total_seconds() // 60)
    return [f"{minutes + more}m" for more in range(wanted + FEW)]


def _prefixes(read: Read, ids: list[str], random: Random) -> list[str]:
    """Return the first 8 characters of uuids, those that no other uuid begins with."""
    prefixes = [uuid[:8] for uuid in _uuids(read, ids, random)]
    return [prefix for prefix in prefixes if _is_alone(read, prefix)]


def _is_alone(read: Read, prefix: str) -> bool:
    shape = "-0000-0000-0000-000000000000"
    low, high = prefix + shape, prefix + shape.replace("0", "f")
    sql = f"SELECT count(*) FROM db_dbnode WHERE uuid BETWEEN '{low}' AND '{high}'"  # noqa: S608 - ours
    return read(sql)[0][0] == 1
