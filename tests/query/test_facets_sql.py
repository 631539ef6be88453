"""What PostgreSQL is asked for facets: it has to read each document once, and rows in parallel."""

from __future__ import annotations

from contextlib import closing

import psycopg2
import pytest

from provender.query.plan import planning
from provender.query.plan.facets import Form, Walk, facet_of
from provender.query.plan.views import whole_vocabulary
from provender.query.querydict import Dotted
from provender.query.sql import facets
from provender.schema.entities import ENTITIES
from provender.schema.statements import Backend

NODES = whole_vocabulary(ENTITIES["node"])
KEY = Dotted("attributes", ("energy",))
QUESTION = {"path": [{"entity_type": "", "tag": "node"}], "project": {"node": ["id"]}}
COMPILED = {
    "buckets": lambda facet, backend: facets.compile_buckets(facet, 10, backend),
    "values": lambda facet, backend: facets.compile_values(facet, Walk(10), backend),
    "samples": lambda facet, backend: facets.compile_values(
        facet, Walk(10, has_samples=True), backend
    ),
    "ranges": lambda facet, backend: facets.compile_ranges(facet, (0.0, 1.0, 2.0), backend),
    "extent": facets.compile_extent,
    "statistics": facets.compile_statistics,
}


def facet(name, form):
    plan = planning.check(QUESTION, {"node": NODES})
    return facet_of(plan, NODES.to_ask("node", name), form, 2)


@pytest.mark.parametrize("kind", COMPILED)
def test_each_document_is_read_once(kind):
    text = COMPILED[kind](facet(KEY, Form.VALUE), Backend.POSTGRESQL).text
    assert text.count("attributes") == 1


@pytest.mark.parametrize("kind", COMPILED)
def test_rows_are_read_in_parallel(kind, lab_postgres):
    statement = COMPILED[kind](facet(KEY, Form.VALUE), Backend.POSTGRESQL)
    with closing(psycopg2.connect(lab_postgres)) as connection, connection.cursor() as cursor:
        for cost in ("parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size"):
            cursor.execute(f"SET LOCAL {cost} = 0")
        cursor.execute(f"EXPLAIN {statement.text}", statement.values)
        assert "Parallel Seq Scan" in str(cursor.fetchall())


def test_texts_are_made_of_months_only():
    text = facets.compile_buckets(facet("ctime", Form.MONTH), 10, Backend.POSTGRESQL).text
    inner = text[text.index("FROM (") :].partition(") AS counted")[0]
    assert "date_trunc('month'" in inner
    assert "TEXT" not in inner
