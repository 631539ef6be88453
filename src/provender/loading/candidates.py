"""The indexes that queries can use in addition to those of AiiDA, one row each. Floor: loading.

`gain` was measured with `--apply` on 1,004,000 nodes and 1,035,712 links (PostgreSQL 18, default
settings, two busy cores, everything in memory): milliseconds before and after. The query
is for the value that is hardest to find without the index: a type, user or computer that occurs at
one end of the ids only, or a node with many links.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from provender.query.querydict import QueryDict, Vertex
from provender.query.sql.computed import computed
from provender.query.sql.forms import DIALECTS, forms
from provender.schema import tables
from provender.schema.entities import Computed, FieldName
from provender.schema.processes import FAILED
from provender.schema.statements import Backend
from provender.schema.tables import Index

PREFIX = "provender_"
# Rows of the typical list: a page.
ROWS = 20
# Links that make more than one page of any size.
MANY = 400
LIST_COLUMNS = ["id", "uuid", "node_type", "process_type", "label", "ctime", "mtime", "user_id"]

# Gives the typical question for a value of the store.
Question = Callable[[object], QueryDict]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An index that may be missing.

    `columns` is written as PostgreSQL shows it. `sample` is SQL that finds the value for the
    typical query; `is_count` marks a query that counts groups. A partial index has the rows in
    `where` alone. `row_bytes` is the size of an entry if the planner has no statistics, or the
    average for all rows of the table. An index that is `only_by_name` is large, so it is made only
    if it is named.
    """

    name: str
    table: str
    columns: str
    serves: str
    gain: str = ""
    question: Question | None = None
    sample: str = "SELECT NULL"
    is_count: bool = False
    is_expression: bool = False
    where: str = ""
    method: str = "btree"
    row_bytes: int = 0
    only_by_name: bool = False

    @property
    def statement(self) -> str:
        """The statement that makes the index while others go on reading and writing."""
        return (
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {self.name} "
            f"ON {self.table} USING {self.definition}"
        )

    @property
    def definition(self) -> str:
        """How the index is defined, from its method on."""
        rows = f" WHERE {self.where}" if self.where else ""
        return f"{self.method} ({self.columns}){rows}"


def standard(index: Index) -> Candidate:
    """Return an index of a fresh store that an older one lacks."""
    kind = "_pattern" if index.pattern else ""
    columns = f'"{index.column}"' if index.column in KEYWORDS else index.column
    return Candidate(
        f"{PREFIX}{index.table.removeprefix('db_db')}_{index.column}{kind}",
        index.table,
        f"{columns} varchar_pattern_ops" if index.pattern else columns,
        "what AiiDA's own stores have",
    )


# Columns that PostgreSQL shows in quotes.
KEYWORDS = ("time",)


def _nodes(
    field: FieldName, order: str = "id", direction: str = "asc", operator: str = "=="
) -> Question:
    """Return the question of a page of the nodes in which a field has a value."""

    def ask(value: object) -> QueryDict:
        return {
            "path": [{"entity_type": "", "tag": "node"}],
            "filters": {"node": {field: {operator: value}}},
            "project": {"node": LIST_COLUMNS},
            "order_by": [{"node": [{order: direction}]}],
            "limit": ROWS,
            "offset": 0,
        }

    return ask


def _neighbours(keyword: str) -> Question:
    """Return the question of a page of the neighbours of a node."""

    def ask(value: object) -> QueryDict:
        question = _nodes("id")(value)
        neighbour: Vertex = {
            "entity_type": "",
            "tag": "neighbour",
            "joining_keyword": keyword,
            "joining_value": "node",
            "edge_tag": "link",
        }
        question["path"] += [neighbour]
        question["project"] = {"neighbour": LIST_COLUMNS, "link": ["type", "label"]}
        question["order_by"] = [{"neighbour": [{"id": "asc"}]}, {"link": [{"label": "asc"}]}]
        return question

    return ask


def _types(_: object) -> QueryDict:
    """Return the question of the number of nodes of each pair of types."""
    return {
        "path": [{"entity_type": "", "tag": "node"}],
        "project": {"node": ["node_type", "process_type"]},
    }


def _at_the_end(column: str, place: str = "min(id) DESC") -> str:
    return (
        f"SELECT {column} FROM db_dbnode WHERE {column} IS NOT NULL "  # noqa: S608 - our names
        f"GROUP BY {column} ORDER BY {place} LIMIT 1"
    )


def _far_linked(column: str, other: str) -> str:
    """Return the SQL of a node with many links, all of them far from the first ids."""
    return (
        f"SELECT {column} FROM db_dblink GROUP BY {column} "  # noqa: S608 - our names
        f"ORDER BY count(*) > {MANY} DESC, min({other}) DESC LIMIT 1"
    )


def _written(field: Computed) -> str:
    """Return a computed field as our queries write it."""
    backend = Backend.POSTGRESQL
    return f"({computed(field, forms(backend), tables.NODE).compile(dialect=DIALECTS[backend])})"


def _failed(_: object) -> QueryDict:
    """Return the question of the number of failed processes."""
    return {
        "path": [{"entity_type": "", "tag": "node"}],
        "filters": {"node": {Computed.FAILURE: {"==": FAILED}}},
        "project": {"node": [Computed.FAILURE]},
    }


# The value whose last node is the oldest: a list by time, newest first, finds it last.
LONG_UNUSED = "max(ctime)"

# The candidates in the order in which they are shown and made.
CANDIDATES: tuple[Candidate, ...] = (
    Candidate(
        "provender_node_type_id",
        "db_dbnode",
        "node_type text_pattern_ops, id",
        "lists of one node type",
        "705 -> 0.03",
        _nodes("node_type"),
        _at_the_end("node_type"),
    ),
    Candidate(
        "provender_node_type_ctime",
        "db_dbnode",
        "node_type text_pattern_ops, ctime",
        "lists of one node type, newest first",
        "1982 -> 0.01",
        _nodes("node_type", "ctime", "desc"),
        _at_the_end("node_type", LONG_UNUSED),
    ),
    Candidate(
        "provender_node_process_type_id",
        "db_dbnode",
        "process_type text_pattern_ops, id",
        "lists of one process type",
        "563 -> 0.04",
        _nodes("process_type"),
        _at_the_end("process_type"),
    ),
    Candidate(
        "provender_node_types",
        "db_dbnode",
        "node_type, process_type",
        "the tree of types with numbers (full_types_count)",
        "467 -> 137",
        _types,
        is_count=True,
    ),
    Candidate(
        "provender_node_state",
        "db_dbnode",
        _written(Computed.PROCESS_STATE),
        "lists of processes in one state",
        "879 -> 0.02",
        _nodes(Computed.PROCESS_STATE),
        "SELECT 'CREATED'",
        is_expression=True,
        row_bytes=7,
    ),
    Candidate(
        "provender_node_failed",
        "db_dbnode",
        "ctime",
        "lists of failed processes, newest first, and their number",
        "740 -> 8.9",
        _failed,
        is_count=True,
        where=f"({_written(Computed.FAILURE)} = '{FAILED}')",
        row_bytes=1,
    ),
    Candidate(
        "provender_node_user_id",
        "db_dbnode",
        "user_id, id",
        "lists of one user",
        "759 -> 0.02",
        _nodes("user_id"),
        _at_the_end("user_id"),
    ),
    Candidate(
        "provender_node_user_ctime",
        "db_dbnode",
        "user_id, ctime",
        "lists of one user, newest first",
        "690 -> 0.02",
        _nodes("user_id", "ctime", "desc"),
        _at_the_end("user_id", LONG_UNUSED),
    ),
    Candidate(
        "provender_node_computer_id",
        "db_dbnode",
        "dbcomputer_id, id",
        "lists of one computer",
        "818 -> 0.02",
        _nodes("dbcomputer_id"),
        _at_the_end("dbcomputer_id"),
    ),
    Candidate(
        "provender_link_outgoing",
        "db_dblink",
        "input_id, output_id, type",
        "outgoing links of a node with many; descendants",
        "188 -> 0.09",
        _neighbours("with_incoming"),
        _far_linked("input_id", "output_id"),
    ),
    Candidate(
        "provender_link_incoming",
        "db_dblink",
        "output_id, input_id, type",
        "incoming links of a node with many; ancestors",
        "1311 -> 0.09",
        _neighbours("with_outgoing"),
        _far_linked("output_id", "input_id"),
    ),
    Candidate(
        "provender_node_attributes",
        "db_dbnode",
        "attributes jsonb_path_ops",
        "posted queries with contains on attributes (large)",
        "723 -> 0.01",
        _nodes("attributes", operator="contains"),
        "SELECT jsonb_build_object('value', -1234567)",
        method="gin",
        row_bytes=300,
        only_by_name=True,
    ),
)
