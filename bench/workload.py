"""The requests that are measured, and the ids that they ask for. Floor: bench."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field

from bench import cluster
from bench.stores import Store

PREFIX = "/api/v4"
SAMPLES = 100
JOB, FOLDER = "process.calculation.calcjob.CalcJobNode.", "data.core.folder.FolderData."
POSTED = {
    "path": [
        {
            "entity_type": "process.calculation.calcjob.CalcJobNode.",
            "orm_base": "node",
            "tag": "job",
        },
        {
            "entity_type": "data.core.dict.Dict.",
            "orm_base": "node",
            "tag": "out",
            "joining_keyword": "with_incoming",
            "joining_value": "job",
            "edge_tag": "job--out",
            "outerjoin": False,
        },
    ],
    "filters": {
        "job": {"node_type": {"like": "process.calculation.calcjob.%"}},
        "out": {"node_type": {"like": "data.core.dict.%"}},
    },
    "project": {"job": [{"uuid": {}}], "out": [{"uuid": {}}, {"attributes": {}}]},
    "order_by": [{"job": [{"id": {"order": "asc"}}]}],
    "limit": 100,
}


@dataclass(frozen=True, slots=True)
class Question:
    """A kind of request.

    `path` has places for samples. `target` is how many times the median of the peer must be that
    of ours. Before each request that `writes`, the store is changed; `is_conditional` repeats the
    ETag of the first answer; the time of what `is_flat` may not depend on the store's size.
    """

    name: str
    title: str
    path: str
    target: int | None = None
    body: bytes | None = None
    writes: bool = False
    is_conditional: bool = False
    is_flat: bool = False


LIST = "/nodes?limit=20"
STATISTICS, TYPES = "/nodes/statistics", "/nodes/full_types_count"
TYPED = '/nodes?node_type=like="data.core.dict.%25"&limit=20'
QUESTIONS = (
    Question("list", "20 nodes", LIST, 100, is_flat=True),
    Question("list-cold", "20 nodes after a commit", LIST, writes=True),
    Question("newest", "page of the 20 newest", "/nodes/page/1?perpage=20&orderby=-ctime", 100),
    Question("typed", "20 nodes of a type", TYPED, 100),
    Question("deep", "page at nine tenths", "/nodes/page/{deep_page}?perpage=20"),
    Question("cursor", "20 nodes at nine tenths of a walk", "{cursor}", is_flat=True),
    Question("prefix", "node by 8 characters", "/nodes/{prefix}", 100, is_flat=True),
    Question("detail", "node by its uuid", "/nodes/{node}", 15, is_flat=True),
    Question("detail-cold", "the same after a commit", "/nodes/{node}", writes=True),
    Question("incoming", "incoming links", "/nodes/{process}/links/incoming", 15, is_flat=True),
    Question("outgoing", "outgoing links", "/nodes/{process}/links/outgoing", 15, is_flat=True),
    Question("wide", "400 nodes with attributes", "/nodes?limit=400&attributes=true", 50),
    Question("statistics-cold", "statistics after a commit", STATISTICS, 3, writes=True),
    Question("statistics", "statistics, unchanged", STATISTICS, 200),
    Question("statistics-etag", "the same, with its ETag", STATISTICS, is_conditional=True),
    Question("types-cold", "type counts after a commit", TYPES, 3, writes=True),
    Question("types", "type counts, unchanged", TYPES, 200),
    Question("types-etag", "the same, with its ETag", TYPES, is_conditional=True),
    Question("file", "a file of 10 kB", '/nodes/{folder}/repo/contents?filename="aiida.out"'),
    Question("posted", "posted query, 100 rows", "/querybuilder", body=json.dumps(POSTED).encode()),
)
BIG = '/nodes/{big}/repo/contents?filename="big.bin"'


@dataclass(frozen=True, slots=True)
class Samples:
    """Ids that a store has: uuids of nodes, beginnings of them, jobs, folders; its numbers."""

    nodes: int
    links: int
    values: dict[str, list[str]] = field(default_factory=dict)

    def path(self, question: Question, number: int) -> str:
        """Return the path of the request of this number; ids repeat after `SAMPLES`."""
        chosen = {name: found[number % len(found)] for name, found in self.values.items()}
        return PREFIX + question.path.format(**chosen)


def find_samples(store: Store) -> Samples:
    """Return samples spread over a store; the same for each kind of store of one size."""
    nodes, links = (int(str(_read(store, sql)[0][0])) for sql in COUNTS)
    starts = range(1, nodes * 9 // 10, max(1, nodes // SAMPLES))
    spread = [_first(store, f"id > {start}") for start in starts]
    values = {
        "node": spread,
        "prefix": [uuid[:8] for uuid in spread if _is_alone(store, uuid[:8])],
        "process": [_first(store, f"id > {start} AND node_type = '{JOB}'") for start in starts],
        "folder": [_first(store, f"id > {start} AND node_type = '{FOLDER}'") for start in starts],
        "big": [_first(store, "id = 1")],
        "deep_page": [str(nodes * 9 // 10 // 20)],
        "cursor": [LIST],
    }
    return Samples(nodes, links, values)


COUNTS = ("SELECT max(id) FROM db_dbnode", "SELECT max(id) FROM db_dblink")


def touch(store: Store) -> None:
    """Commit a change that changes no answer."""
    if store.kind == "postgresql":
        cluster.run(store.database, "UPDATE db_dbnode SET description = description WHERE id = 2")
        return
    with closing(sqlite3.connect(store.database)) as connection:
        # SQLite writes nothing where a row stays as it is; this changes the head of the file.
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.execute(f"PRAGMA user_version = {(version + 1) % 2**31}")
        connection.commit()


def _first(store: Store, condition: str) -> str:
    """Return the uuid of the first node that meets a condition."""
    sql = f"SELECT uuid FROM db_dbnode WHERE {condition} ORDER BY id LIMIT 1"  # noqa: S608 - ours
    return str(_read(store, sql)[0][0])


def _is_alone(store: Store, prefix: str) -> bool:
    shape = "-0000-0000-0000-000000000000"
    low, high = prefix + shape, prefix + shape.replace("0", "f")
    sql = f"SELECT count(*) FROM db_dbnode WHERE uuid BETWEEN '{low}' AND '{high}'"  # noqa: S608 - ours
    return _read(store, sql)[0][0] == 1


def _read(store: Store, sql: str) -> list[tuple[object, ...]]:
    if store.kind == "postgresql":
        return cluster.read(store.database, sql)
    with closing(sqlite3.connect(store.database)) as connection:
        return connection.execute(sql).fetchall()
