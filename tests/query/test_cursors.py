"""Walks through a list: what a cursor holds, which rows come after it, what is no cursor."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import chain

import pytest

from provender.errors import BadValue, ConflictingParameters
from provender.query.cursors import Cursor, can_name, own_id, page_after, read_cursor, selection_of
from provender.query.sql.compiler import compile_rows
from provender.schema.entities import Kind
from provender.schema.statements import Backend
from provender.web.dialects import V2, V4
from provender.web.routes.views import GROUPS, NODES, OLD_COMPUTERS, OLD_NODES
from support.memory import Memory
from support.queries import listed, order, request_of, shown, without_table

NOW = datetime(2026, 11, 20, 11, 51, 8, 250000, tzinfo=timezone.utc)
UUID = "cda14b00-82b5-443f-b152-62a831206992"
NODE_ROWS = [
    {
        "id": number,
        "uuid": f"{number:08x}-82b5-443f-b152-62a831206992",
        "label": ("b", "a", "c", "a")[number % 4],
        "process_type": (None, "p", None, "q", "p")[number % 5],
        "dbcomputer_id": (None, 2, 1)[number % 3],
        "ctime": f"2026-11-{20 - number % 3} 00:00:00.000000",
        "node_type": "data.core.int.Int.",
        "attributes": {},
    }
    for number in range(1, 24)
]


@pytest.fixture(scope="module")
def store():
    computers = [{"id": number, "label": f"c{number % 3}"} for number in range(1, 8)]
    with Memory(node=NODE_ROWS, computer=computers) as memory:
        yield memory


def typed(value, kind):
    """Return a value as stores give it."""
    if kind is Kind.TIME and value is not None:
        return datetime.fromisoformat(value).replace(tzinfo=timezone.utc)
    return bool(value) if kind is Kind.BOOLEAN else value


def pages(store, plan, size, highest=100):
    """Return the ids of the pages of a walk, each cursor being written and read."""
    found, cursor = [], Cursor("selection", highest, 3, ())
    while cursor is not None:
        rows = store.rows(page_after(plan, cursor, size))
        found.append([row[0] for row in rows[:size]])
        assert len(found) <= highest
        cursor = None
        if len(rows) > size:
            last = rows[size - 1][len(plan.outputs) :]
            pairs = zip(last, plan.order, strict=True)
            after = tuple(typed(value, ordering.kind) for value, ordering in pairs)
            text = Cursor("selection", highest, 3, after).written()
            cursor = read_cursor(text, "selection", plan)
            assert cursor == Cursor("selection", highest, 3, after)
    return found


ORDERS = [
    *("", "orderby=-id", "orderby=label", "orderby=-label,uuid", "orderby=process_type"),
    *("orderby=-process_type", "orderby=-dbcomputer_id,process_type,-label"),
    *("orderby=dbcomputer_id,-process_type", "orderby=-ctime,label", "orderby=ctime,-uuid"),
]


@pytest.mark.parametrize("text", ORDERS)
@pytest.mark.parametrize("size", [1, 5, 23])
def test_a_walk_gives_each_row_once_and_in_order(text, size, store):
    found = pages(store, listed(text), size)
    assert [*chain(*found)] == [row[0] for row in store.rows(listed(text))]
    assert {len(page) for page in found[:-1]} <= {size}
    assert len(found) == -(-len(NODE_ROWS) // size)


def test_a_walk_by_what_every_row_has_alike(store):
    plan = listed("orderby=enabled,-name", OLD_COMPUTERS, V2)
    assert [*chain(*pages(store, plan, 2))] == [row[0] for row in store.rows(plan)]


def test_rows_that_come_later_are_left_out(store):
    found = pages(store, listed("orderby=-label"), 4, highest=10)
    assert sorted(chain(*found)) == list(range(1, 11))


def after(text, values, view=NODES, dialect=V4):
    """Return the condition and the order of a page."""
    plan = page_after(listed(text, view, dialect), Cursor("", 50, None, values), 3)
    return without_table(shown(compile_rows(plan, Backend.SQLITE))).partition(" WHERE ")[2]


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("", (), "id <= 50"),
        ("", (7,), "(id <= 50) AND (id > 7)"),
        ("orderby=-id", (7,), "(id <= 50) AND (id < 7)"),
        ('label=like="b%"', (7,), "(label >= 'b') AND (label < 'c') AND (id <= 50) AND (id > 7)"),
        (
            "orderby=label",
            ("a", 7),
            "(id <= 50) AND (label >= 'a') AND ((label > 'a') OR label = 'a' AND (id > 7))",
        ),
        (
            "orderby=-ctime,-id",
            (NOW, 7),
            "(id <= 50) AND (ctime <= {now}) AND ((ctime < {now}) OR ctime = {now} AND (id < 7))",
        ),
        (
            "orderby=process_type",
            ("p", 7),
            "(id <= 50) AND ((process_type > 'p') OR process_type IS NULL "
            "OR process_type = 'p' AND (id > 7))",
        ),
        (
            "orderby=-process_type",
            ("p", 7),
            "(id <= 50) AND ((process_type < 'p') OR process_type = 'p' AND (id > 7))",
        ),
        (
            "orderby=process_type",
            (None, 7),
            "(id <= 50) AND (0 = 1 OR process_type IS NULL AND (id > 7))",
        ),
        (
            "orderby=-process_type",
            (None, 7),
            "(id <= 50) AND (process_type IS NOT NULL OR process_type IS NULL AND (id > 7))",
        ),
    ],
)
def test_what_comes_after_a_row(text, values, expected):
    found = after(text, values).partition(" ORDER BY ")[0]
    assert found == expected.format(now="'2026-11-20 11:51:08.250000'")


def test_a_page_has_one_row_more_and_the_values_that_it_is_ordered_by():
    plan = listed("orderby=-label&limit=9&offset=2000")
    page = page_after(plan, Cursor("", 50, None, ("a", 7)), 3)
    assert order(page, Backend.SQLITE) == "label DESC, id ASC LIMIT 4 OFFSET 0"
    assert page.outputs[: len(plan.outputs)] == plan.outputs
    assert [item.target.field.name for item in page.outputs[len(plan.outputs) :]] == ["label", "id"]
    assert len({item.key for item in page.outputs}) == len(page.outputs)
    assert page.order == plan.order


def test_a_list_is_walked_by_its_own_id():
    plan = listed("orderby=-label")
    assert own_id(plan) == plan.order[-1].target
    assert (own_id(plan).tag, own_id(plan).field.name) == ("nodes", "id")


# What a cursor is made of


def test_a_cursor_is_read_as_it_was_written():
    plan = listed("orderby=ctime,label,-process_type,dbcomputer_id,uuid")
    zone = timezone(timedelta(hours=1))
    for values in (
        (NOW, "\u00e9 \u201c", None, -(2**63), UUID, 2**63 - 1),
        (NOW.astimezone(zone), "", "p", None, UUID, 0),
    ):
        for highest, total in ((0, None), (2**63 - 1, 0), (5, 2**63 - 1)):
            cursor = Cursor("selection", highest, total, values)
            assert "=" not in cursor.written()
            assert cursor.written().isascii()
            assert read_cursor(cursor.written(), "selection", plan) == cursor


@pytest.mark.parametrize("after", [(), (7,)])
def test_a_cursor_skips_rows_that_no_values_name(after):
    cursor = Cursor("selection", 5, None, after, skipped=40)
    assert read_cursor(cursor.written(), "selection", listed("")) == cursor
    page = page_after(listed(""), cursor, 20)
    assert (page.limit.value, page.offset.value) == (21, 40)
    assert page.outputs[-1].is_hidden


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        *(("label", "a", True), ("label", "", True), ("label", "a\0", False)),
        *(("uuid", UUID, True), ("uuid", UUID.upper(), False), ("uuid", "x", False)),
        *(("ctime", NOW, True), ("ctime", None, False), ("label", None, False)),
        *(("process_type", None, True), ("dbcomputer_id", 2**62, True)),
    ],
)
def test_what_names_a_row(key, value, expected):
    assert can_name(listed(f"orderby={key}").order, (value, 7)) is expected


@pytest.mark.parametrize("length", range(4))
def test_a_cursor_of_any_length_is_read(length):
    cursor = Cursor("x" * length, 5, 5, (7,))
    assert read_cursor(cursor.written(), "x" * length, listed("")) == cursor


def cursor_of(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


BY_ID = ["selection", 5, 5, [7]]


def test_that_cursor_is_right():
    assert read_cursor(cursor_of(BY_ID), "selection", listed("")).after == (7,)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "x",
            "abc",
            "****",
            "\u00e9",
            "2026",
            cursor_of(BY_ID)[:-4],
            cursor_of(BY_ID) + "AAAA",
        ),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
        *(cursor_of(value) for value in (5, None, [], BY_ID[:3], [*BY_ID, 1, 1, 1], {"a": 1})),
        *(
            cursor_of(["selection", value, 5, [7]])
            for value in (None, -1, 2**63, 1.0, True, "5", [5])
        ),
        *(cursor_of(["selection", 5, value, [7]]) for value in (-1, 2**63, 1.0, False, "5", [5])),
        *(cursor_of([*BY_ID, value]) for value in (None, -1, 2**63, 1.0, False, "5", [5])),
        *(cursor_of([*BY_ID, 1, value]) for value in (-1, 2**63, 1.0, False, "5", [5])),
        *(cursor_of(["selection", 5, 5, value]) for value in (None, 7, "7", {}, [], [7, 7])),
        *(
            cursor_of(["selection", 5, 5, [value]])
            for value in ("7", 7.0, True, False, 2**63, -(2**63) - 1, [7], {})
        ),
    ],
)
def test_what_is_no_cursor(text):
    with pytest.raises(BadValue) as caught:
        read_cursor(text, "selection", listed(""))
    assert caught.value.message == "The cursor is malformed."
    assert caught.value.hint == "cursor=* gives the first page."


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("label", value) for value in (5, True, "a\0", "\ud800", ["a"])),
        *(("uuid", value) for value in (5, "", "cda14b00", UUID.upper(), UUID.replace("-", ""))),
        *(("ctime", value) for value in (5, "", "now", "2026-11-20", "2026-11-20T11:51:08")),
        *(("ctime", value) for value in ("0001-01-01T00:00:00+23:59", "9999-12-31T00:30:00-23:59")),
        ("dbcomputer_id", "5"),
    ],
)
def test_values_of_another_type(key, value):
    with pytest.raises(BadValue, match="malformed"):
        read_cursor(cursor_of(["", 5, 5, [value, 7]]), "", listed(f"orderby={key}"))


@pytest.mark.parametrize("value", [1, 0, "true", "\0"])
def test_booleans_of_another_type(value):
    plan = listed("orderby=enabled", OLD_COMPUTERS, V2)
    assert read_cursor(cursor_of(["", 5, 5, [True, 7]]), "", plan).after == (True, 7)
    with pytest.raises(BadValue, match="malformed"):
        read_cursor(cursor_of(["", 5, 5, [value, 7]]), "", plan)


def test_a_cursor_belongs_to_its_selection():
    with pytest.raises(ConflictingParameters) as caught:
        read_cursor(cursor_of(BY_ID), "other", listed(""))
    assert caught.value.hint.endswith("cursor=* gives the first page.")


def selection(text, view=NODES, dialect=V4, scope=""):
    return selection_of(request_of(text, view, dialect), scope)


FIRST = 'id>5&attributes.x=1&orderby=-label&full_type="a.%|"'


@pytest.mark.parametrize(
    ("text", "more"),
    [
        (FIRST.replace("id>5", "id>6"), {}),
        (FIRST.replace("id>5", "id<5"), {}),
        (FIRST.replace("id>5", "pk>5"), {}),
        (FIRST.replace("x=1", "y=1"), {}),
        (FIRST.replace("-label", "label"), {}),
        (FIRST.replace("a.%", "b.%"), {}),
        (FIRST.replace("id>5&", ""), {}),
        (FIRST, {"scope": "other"}),
        (FIRST, {"view": replace(NODES, name="other")}),
        (FIRST, {"view": replace(NODES, subset=("process.",))}),
        (FIRST, {"view": replace(NODES, shown={"id": "id"})}),
    ],
)
def test_other_selections_and_orders_have_other_hashes(text, more):
    other = selection(text, **more)
    assert other != selection(FIRST)
    assert len(other) == 16
    assert set(other) <= set("0123456789abcdef")


def test_what_else_is_asked_is_no_part_of_a_selection():
    assert selection(f"{FIRST}&limit=3&attributes=true&count=none") == selection(FIRST)
    assert selection("", GROUPS) != selection("", OLD_NODES[0], V2)
