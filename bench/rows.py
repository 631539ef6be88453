"""The tables of a generated store, and a maker of rows that numbers them. Floor: bench."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from random import Random

from bench import content

Row = tuple[object, ...]

COLUMNS: dict[str, tuple[str, ...]] = {
    name: ("id", *columns.split())
    for name, columns in {
        "db_dbuser": "email first_name last_name institution",
        "db_dbcomputer": "uuid label hostname description scheduler_type transport_type metadata",
        "db_dbgroup": "uuid label type_string time description extras user_id",
        "db_dbnode": "uuid node_type process_type label description ctime mtime attributes extras "
        "repository_metadata dbcomputer_id user_id",
        "db_dblink": "input_id output_id label type",
        "db_dblog": "uuid time loggername levelname dbnode_id message metadata",
        "db_dbcomment": "uuid dbnode_id ctime mtime user_id content",
        "db_dbgroup_dbnodes": "dbnode_id dbgroup_id",
    }.items()
}
"""The columns of each table, the tables in an order that foreign keys allow.

Times are texts in UTC, as SQLite stores them and PostgreSQL reads them; JSON is text.
"""

BEGIN = datetime(2020, 3, 1, tzinfo=timezone.utc)
END = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
"""The newest nodes are of today: lists ask for the last days."""
POOLS = (
    *(content.structure, content.input_parameters, content.output_parameters, content.bands),
    *(content.trajectory, content.kpoints, content.calculation_job),
)


@dataclass(slots=True)
class Batch:
    """Rows by table; links point to nodes of this batch or of earlier ones."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in COLUMNS})

    @property
    def nodes(self) -> int:
        """The number of nodes."""
        return len(self.rows["db_dbnode"])


class Maker:
    """Makes rows with ids, uuids and times; everything random comes from one seed.

    `count` is how many nodes there will be: times run from 2020 to today with their number. Nodes
    belong to `user`, and jobs to `computer`.
    """

    def __init__(self, count: int) -> None:
        self.random = Random(1)  # noqa: S311 - repeatable, not secret
        self.batch = Batch()
        self.user = self.computer = 1
        self._count = count
        self._last = dict.fromkeys(COLUMNS, 0)
        self._trees = content.files().trees
        self._pools = {
            make.__name__: [make(self.random) for _ in range(content.VARIANTS)] for make in POOLS
        }

    @property
    def nodes(self) -> int:
        """The number of nodes made so far."""
        return self._last["db_dbnode"]

    def take(self) -> Batch:
        """Return the rows made since the last call."""
        batch, self.batch = self.batch, Batch()
        return batch

    def add(self, table: str, *values: object) -> int:
        """Add a row and return its id."""
        self._last[table] += 1
        self.batch.rows[table].append((self._last[table], *values))
        return self._last[table]

    def uuid(self) -> str:
        """Return a uuid of version 4."""
        digits = f"{self.random.getrandbits(128):032x}"
        return (
            f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-"
            f"{'89ab'[int(digits[16], 16) % 4]}{digits[17:20]}-{digits[20:]}"
        )

    def time(self, later: float = 0) -> str:
        """Return the time that the store has come to, or some seconds later."""
        return f"{self._at(later):%Y-%m-%d %H:%M:%S}.{self.random.randrange(10**6):06d}"

    def cluster_time(self, later: float = 0) -> str:
        """Return this time as a scheduler writes it."""
        return f"{self._at(later):%Y-%m-%dT%H:%M:%S}"

    def _at(self, later: float) -> datetime:
        return BEGIN + (END - BEGIN) * (self.nodes / self._count) + timedelta(seconds=later)

    def attributes(self, kind: str) -> str:
        """Return attributes of a kind, named like the functions of `content`."""
        return self.random.choice(self._pools[kind])

    def node(
        self,
        kind: str,
        attributes: str = "{}",
        *,
        files: str = "",
        process: str | None = None,
        label: str = "",
        has_computer: bool = False,
    ) -> int:
        """Add a node and return its id; `files` is a kind of `content.Files`."""
        extras = f'{{"_aiida_hash": "{self.random.getrandbits(256):064x}"}}'
        return self.add(
            "db_dbnode",
            *(self.uuid(), kind, process, label, ""),
            *(self.time(), self.time(later=self.random.expovariate(1 / 900))),
            *(attributes, extras, self.random.choice(self._trees[files]) if files else "{}"),
            *(self.computer if has_computer else None, self.user),
        )

    def link(self, kind: str, source: int, target: int, label: str) -> None:
        """Add a link between two nodes."""
        self.add("db_dblink", source, target, label, kind)

    def log(self, node: int, level: str, logger: str, message: str) -> None:
        """Add a line of the log of a process."""
        metadata = (
            f'{{"msg": {json.dumps(message)}, "args": "()", "name": "{logger}", "lineno": 653, '
            '"module": "process", "process": 20276, "filename": "process.py", "funcName": '
            f'"report", "levelname": "{level}", "threadName": "MainThread"}}'
        )
        self.add("db_dblog", self.uuid(), self.time(), logger, level, node, message, metadata)
