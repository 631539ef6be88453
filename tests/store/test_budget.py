"""The bytes of rows are counted while they come, to the byte, alike on both databases."""

from __future__ import annotations

import json
from contextlib import ExitStack
from itertools import chain

import pytest

from provender.errors import LimitExceeded
from provender.query.plan.planning import check
from provender.query.plan.vocabulary import posted_vocabulary
from provender.query.sql.compiler import compile_plan
from provender.schema.entities import ENTITIES
from provender.settings import Limits, Pool
from provender.store.addresses import parse_url
from provender.store.database import engines
from provender.store.database.reader import Reader
from provender.store.sqlite.files import SqliteFile
from support import growing

DOCUMENTS = ({"a": "x" * 50}, {"b": "y" * 30_000}, {}, {"c": [1, 2.5, None, True]})
TEXT = "\u00e9" * 20_000
NAMES = {name: posted_vocabulary(entity, ()) for name, entity in ENTITIES.items()}


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def make_reader(request, unpacked, tmp_path_factory):
    """A function that makes readers of a store with four more nodes."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            store = growing.copied(unpacked, tmp_path_factory.mktemp("budget"))
        else:
            store = stack.enter_context(growing.database(request.getfixturevalue("cluster")))
        cases = " ".join(f"WHEN {i} THEN '{json.dumps(d)}'" for i, d in enumerate(DOCUMENTS))
        growing.add_nodes(
            store, 4, attributes=f"CASE n.i {cases} END", description=f"'{TEXT}'", label="'l'"
        )

        def make(most):
            limits = Limits(answer_bytes=most)
            if request.param == "sqlite":
                file = SqliteFile(store / "database.sqlite")
                reader = Reader(engines.sqlite(file, Pool(size=1), limits), "lab")
            else:
                reader = Reader(engines.postgresql(parse_url(store), Pool(size=1), limits), "lab")
            stack.callback(reader.close)
            return reader

        yield make


def statement_of(reader, columns, limit=400, **more):
    question = {
        "path": [{"entity_type": "", "tag": "n"}],
        "filters": {"n": {"id": {">=": growing.FIRST}}},
        "project": {"n": columns},
        "order_by": [{"n": [{"id": "asc"}]}],
        "limit": limit,
        **more,
    }
    return compile_plan(check(question, NAMES), reader.backend).rows


SIZE = sum(len(json.dumps(document)) for document in DOCUMENTS)
WAYS = {
    "first": lambda snapshot, statement: snapshot.run(statement),
    "second": lambda snapshot, statement: snapshot.token and snapshot.run(statement),
    "batches": lambda snapshot, statement: [*chain(*snapshot.batches(statement, 3))],
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("columns", "size"),
    [
        (["id", "attributes"], SIZE),
        (["attributes", "label", "extras"], SIZE + 8),
        (["attributes.b", "attributes.d"], 30_002),
        ([{"attributes.b": {"cast": "t"}}], 30_000),
        (["id", "description"], 4 * 2 * len(TEXT)),
    ],
)
def test_rows_may_have_so_many_bytes_and_no_more(way, columns, size, make_reader):
    # On SQLite short strings are counted, too: the labels and the names of the columns.
    for is_enough, most in ((True, size + 20), (False, size - 1)):
        reader = make_reader(most)
        reader.within(lambda snapshot: snapshot.token)  # later the first statement may be joined
        statement = statement_of(reader, columns)

        def work(snapshot, statement=statement):
            return WAYS[way](snapshot, statement)

        if is_enough:
            assert len(reader.within(work)) == 4
        else:
            with pytest.raises(LimitExceeded, match=r"limits\.answer_bytes"):
                reader.within(work)
            again = statement_of(reader, ["id"])
            assert len(reader.within(lambda snapshot, again=again: snapshot.run(again))) == 4


def test_many_rows_count_by_their_columns(make_reader):
    reader = make_reader(1000)
    few, many = (statement_of(reader, ["id", "user_id"], limit) for limit in (1000, 50_000))
    assert (few.row_bytes, many.row_bytes) == (0, len("id") + len("user_id") + 10)
    for size, is_enough in ((many.row_bytes * 4, True), (many.row_bytes * 4 - 1, False)):
        reader = make_reader(size)
        if is_enough:
            assert len(reader.within(lambda snapshot: snapshot.run(many))) == 4
        else:
            with pytest.raises(LimitExceeded):
                reader.within(lambda snapshot: snapshot.run(many))


def test_what_is_fetched_uncounted_has_no_large_values(make_reader):
    reader = make_reader(8 << 20)
    plain = statement_of(reader, ["id", "label", "node_type", "process_type"])
    assert (plain.wide, plain.row_bytes, plain.rows) == ((), 0, 400)
    assert len(reader.within(lambda snapshot: snapshot.run(plain))) == 4
    wide = statement_of(reader, ["label", "description", "attributes", "attributes.a", "extras"])
    assert wide.wide == (1, 2, 3, 4)


def test_a_value_larger_than_its_share_is_counted_after_all(make_reader):
    reader = make_reader(8 << 20)
    statement = statement_of(
        reader, ["id"], filters={"n": {"id": {">=": growing.FIRST}, "description": {"like": "é%"}}}
    )
    assert statement.wide == ()
    assert len(reader.within(lambda snapshot: snapshot.run(statement))) == 4
