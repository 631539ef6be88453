"""The readings of one request from a store: plans in, rows out. Floor: translators."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import replace

from provender.query.plan.facets import Facet, Walk
from provender.query.plan.plan import Plan
from provender.query.plan.template import Layer, Template
from provender.query.plan.traversal import Traversal
from provender.query.sql import compiler, distinct, facets, keys, layers
from provender.query.sql.layers import Columns
from provender.query.sql.traversals import compile_traversal
from provender.schema.copies import Copy
from provender.schema.entities import Entity
from provender.schema.statements import Backend, Flaws, Record, Rows
from provender.store.database.copying import Take
from provender.store.database.history import History, read_history
from provender.store.database.snapshot import Snapshot
from provender.translators.weight import check_weight


class Session:
    """A snapshot that takes plans instead of statements: all plans see the same data."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._backend = snapshot.backend

    @property
    def token(self) -> str | None:
        """The name of the data in the snapshot; None when unknown."""
        return self._snapshot.token

    @property
    def flaws(self) -> Flaws:
        """The values that could not be read so far."""
        return self._snapshot.flaws

    @property
    def answer_bytes(self) -> int:
        """The largest size of an answer."""
        return self._snapshot.answer_bytes

    @property
    def seconds(self) -> float:
        """The seconds that the database took so far."""
        return self._snapshot.seconds

    def history(self) -> History:
        """Return which transactions are visible; errors as `read_history`."""
        return read_history(self._snapshot)

    def fetch(self, plan: Plan) -> Rows:
        """Return the rows of a plan and their total before limit and offset."""
        return self._snapshot.fetch(compiler.compile_plan(plan, self._backend))

    def rows(self, plan: Plan) -> list[Record]:
        """Return the rows of a plan."""
        statements = compiler.compile_plan(plan, self._backend, with_count=False)
        return self._snapshot.fetch(statements).records

    def batches(self, plan: Plan, size: int) -> Iterator[list[Record]]:
        """Yield the rows of a plan, so many at a time; errors as `Snapshot.batches`."""
        return self._snapshot.batches(compiler.compile_rows(plan, self._backend), size)

    def parsed(self, plan: Plan) -> list[Record]:
        """Return the rows of a plan, whose JSON is going to be read into Python values.

        Raises:
            LimitExceeded: the values would be too large.
        """
        rows = self.rows(plan)
        for row in rows:
            for value in row:
                check_weight(value, self._snapshot.answer_bytes)
        return rows

    def cached(self, plan: Plan) -> list[Record]:
        """Return the rows of a plan, cached while the data is the same."""
        return self._snapshot.cached(compiler.compile_rows(plan, self._backend))

    def stream(self, plan: Plan) -> Iterator[Record]:
        """Yield the rows of a plan; a few of them are held at a time."""
        return self._snapshot.stream(compiler.compile_rows(plan, self._backend))

    def traverse(self, plan: Plan, tag: str, traversal: Traversal) -> Iterator[Record]:
        """Yield the nodes of a plan and those that links lead to, as `traversals` tells them."""
        return self._snapshot.stream(compile_traversal(plan, tag, traversal, self._backend))

    def portions(self, plan: Plan, seconds: float | None) -> Iterator[list[Record]]:
        """Yield the rows of a plan, some at a time; as `Snapshot.portions`."""
        return self._snapshot.portions(compiler.compile_rows(plan, self._backend), seconds)

    @property
    def can_copy(self) -> bool:
        """Whether the database itself writes rows as text."""
        return self._backend is Backend.POSTGRESQL

    def copy(self, copy: Copy, take: Take, seconds: float | None) -> None:
        """Hand on the rows of a table that the database writes as text; as `Snapshot.copy`."""
        self._snapshot.copy(copy, take, seconds)

    def counts(self, plan: Plan) -> list[Record]:
        """Return each combination of the outputs of a plan with the number of its rows."""
        return self._snapshot.cached(compiler.compile_groups(plan, self._backend))

    def layer(
        self, layer: Layer | Template, columns: Columns, ids: Collection[int], most: int
    ) -> list[Record]:
        """Return the rows of a layer below things of some ids, in the form of `sql.layers`."""
        statement = layers.compile_layer(layer, columns, ids, most, self._backend)
        return self._snapshot.run(statement)

    def buckets(self, facet: Facet, size: int) -> list[Record]:
        """Return the largest buckets of a facet, in the shape of `facets.BUCKETS`."""
        return self._snapshot.cached(facets.compile_buckets(facet, size, self._backend))

    def values(self, facet: Facet, walk: Walk) -> list[Record]:
        """Return a page of all values of a facet, in the shape of `facets.VALUES`."""
        return self._snapshot.cached(facets.compile_values(facet, walk, self._backend))

    def ranges(self, facet: Facet, edges: tuple[float, ...]) -> list[Record]:
        """Return the rows between edges, in the shape of `facets.RANGES`."""
        return self._snapshot.cached(facets.compile_ranges(facet, edges, self._backend))

    def extent(self, facet: Facet) -> Record:
        """Return the least and the largest number of a facet, both None without numbers."""
        return self._snapshot.cached(facets.compile_extent(facet, self._backend))[0]

    def statistics(self, facet: Facet) -> Record:
        """Return the statistics of the numbers of a facet, in the shape of `facets.STATISTICS`."""
        return self._snapshot.cached(facets.compile_statistics(facet, self._backend))[0]

    def distinct(self, entity: Entity, column: str, prefix: str, most: int) -> list[str]:
        """Return the first texts of a column with an index that begin with a prefix."""
        statement = distinct.compile_distinct(entity, column, prefix, most, self._backend)
        return [text for (text,) in self._snapshot.cached(statement) if text is not None]

    def keys(self, plan: Plan, most: int) -> list[Record]:
        """Return the keys of the objects that a plan gives, in the shape of `keys.KEYS`."""
        return self._snapshot.cached(keys.compile_keys(plan, most, self._backend))

    def number(self, plan: Plan) -> int:
        """Return the number of rows after limit and offset."""
        return int(self._snapshot.run(compiler.compile_number(plan, self._backend))[0][0])

    def total(self, plan: Plan) -> int:
        """Return the number of rows before limit and offset."""
        return int(self._snapshot.cached(compiler.compile_count(plan, self._backend))[0][0])

    def estimate(self, plan: Plan) -> int:
        """Return an estimate of the rows before limit and offset; SQLite counts them exactly."""
        if self._backend is Backend.SQLITE:
            return self.total(plan)
        every = replace(plan, order=(), limit=None, offset=None, is_deep=False)
        rows = compiler.compile_rows(every, self._backend)
        found = self._snapshot.read(f"EXPLAIN (FORMAT JSON) {rows.text}", rows.values)[0][0]
        document = json.loads(found) if isinstance(found, str) else found
        return int(document[0]["Plan"]["Plan Rows"])
