"""Walks by cursor, totals on demand, deep offsets: on every backend."""

from __future__ import annotations

import base64
import json
import shutil
import sqlite3
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from provender.query.plan.planning import DEEP
from support import postgres


def get(served, path, **options):
    return served.get(path if path.startswith("/api") else f"/api/v4{path}", **options)


def walked(served, path, size):
    """Return the rows of all pages of a walk, by `next` in the body."""
    mark = "&" if "?" in path else "?"
    found, cursor, pages = [], "*", 0
    while cursor is not None:
        answer = get(served, f"{path}{mark}limit={size}&cursor={cursor}")
        assert answer.status == 200, answer.body
        found += answer.rows()
        cursor = answer.json["next"]
        assert ("link" in answer.headers) == (cursor is not None)
        pages += 1
        assert pages < 400
    return found


LISTS = [
    "/nodes",
    "/nodes?orderby=-ctime",
    "/nodes?orderby=process_type,-label",
    "/nodes?orderby=-process_type",
    "/nodes?orderby=-dbcomputer_id,uuid",
    '/nodes?node_type=like="data.core.%25"&orderby=node_type,-mtime&attributes=true',
    "/processes?orderby=-id",
    "/users?orderby=last_name",
    "/groups?orderby=-label",
    "/computers?orderby=hostname",
    "/nodes/cda14b00/links/outgoing?orderby=-label",
    "/nodes/607c50a6/links/outgoing",
    "/api/v2/nodes?orderby=type,-state",
    "/api/v2/computers?orderby=enabled,-name",
    "/api/v2/groups?orderby=type",
]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("size", [1, 7, 400])
def test_a_walk_gives_the_whole_list_in_its_order(path, size, on_each):
    if (
        size == 1
        and path.startswith(("/nodes?", "/nodes", "/api/v2/nodes"))
        and "links" not in path
    ):
        size = 13
    whole = get(on_each, path)
    assert walked(on_each, path, size) == whole.rows()


def test_links_lead_from_page_to_page(on_each):
    path = '/nodes?label!="x\'y"&limit=50&orderby=-ctime&cursor=*'
    answer, found = get(on_each, path), []
    total = answer.total
    while True:
        found += answer.column("uuid")
        assert answer.total == total
        if "link" not in answer.headers:
            break
        target = answer.headers["link"].partition("<")[2].partition(">")[0]
        parts = urlsplit(target)
        answer = on_each.get(f"{parts.path}?{parts.query}")
    assert len(found) == len(set(found)) == total


def test_a_walk_shows_nothing_twice_and_nothing_newer(serve, lab_copy):
    served = serve(lab_copy)
    columns = (
        "node_type, process_type, label, description, ctime, mtime, attributes, extras, "
        "repository_metadata, dbcomputer_id, user_id"
    )
    first = get(served, "/nodes?limit=100&cursor=*")
    postgres.run(
        lab_copy,
        f"INSERT INTO db_dbnode (id, uuid, {columns}) "
        f"SELECT 5000 + id, gen_random_uuid(), {columns} FROM db_dbnode WHERE id < 50",
    )
    found, cursor = first.column("id"), first.json["next"]
    while cursor:
        answer = get(served, f"/nodes?limit=100&cursor={cursor}")
        assert answer.total == first.total
        found += answer.column("id")
        cursor = answer.json["next"]
    assert len(found) == len(set(found)) == first.total
    assert max(found) < 5000
    served.app.extensions["provender"].stores.close()


@pytest.mark.parametrize(
    "query",
    [
        "cursor=nonsense",
        "cursor=*&offset=3",
        "cursor=*&limit=0",
        "cursor=*&cursor=*",
        "cursor!=*",
        "cursor=eyJhIjogMX0",
        "cursor=WyJ4IiwgMSwgMSwgWzFdXQ",
        "cursor=1",
        'cursor=""',
        "count=all",
        "limit=*",
    ],
)
def test_wrong_cursors(query, on_each):
    answer = get(on_each, f"/nodes?{query}")
    assert answer.status == 400
    assert answer.json["message"]


def test_a_cursor_belongs_to_its_selection(on_each):
    cursor = get(on_each, '/nodes?label!="x"&limit=3&cursor=*').json["next"]
    assert get(on_each, f'/nodes?label!="x"&limit=5&cursor={cursor}').status == 200
    for path in ("/nodes?", '/nodes?label!="y"&', '/nodes?label!="x"&orderby=-id&', "/processes?"):
        answer = get(on_each, f"{path}limit=3&cursor={cursor}")
        assert answer.status == 400
        assert "other filters" in answer.json["message"]
    assert get(on_each, f"/nodes/page/2?cursor={cursor}").status == 400
    links = get(on_each, "/nodes/cda14b00/links/outgoing?limit=1&cursor=*").json["next"]
    assert get(on_each, f"/nodes/607c50a6/links/outgoing?cursor={links}").status == 400


def test_cursors_that_are_written_by_hand(on_each):
    import base64
    import json

    cursor = get(on_each, "/nodes?orderby=-ctime&limit=3&cursor=*").json["next"]
    selection, highest, total, values = json.loads(
        base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    )
    wrong = [
        [selection, highest, total],
        [selection, -1, total, values],
        [selection, "x", total, values],
        [selection, highest, True, values],
        [selection, highest, total, values[:1]],
        [selection, highest, total, ["yesterday", values[1]]],
        [selection, highest, total, ["2020-01-01T00:00:00", values[1]]],
        [selection, highest, total, [values[0], "\0"]],
        [selection, highest, total, [values[0], 2**70]],
        [selection, highest, total, [[], {}]],
        {"a": 1},
        None,
    ]
    for item in wrong:
        text = base64.urlsafe_b64encode(json.dumps(item).encode()).decode().rstrip("=")
        assert get(on_each, f"/nodes?orderby=-ctime&limit=3&cursor={text}").status == 400


def test_a_uuid_in_a_cursor_is_one(on_each):
    import base64
    import json

    cursor = get(on_each, "/nodes?orderby=uuid&limit=3&cursor=*").json["next"]
    *start, values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    odd = base64.urlsafe_b64encode(json.dumps([*start, ["x" * 36, values[1]]]).encode()).decode()
    answer = get(on_each, f"/nodes?orderby=uuid&limit=3&cursor={odd.rstrip('=')}")
    assert (answer.status, answer.json["message"]) == (400, "The cursor is malformed.")


def test_a_cursor_of_one_view_is_none_of_another_with_the_same_columns(on_each):
    cursor = get(on_each, "/processes?limit=1&cursor=*").json["next"]
    answer = get(on_each, f"/calcjobs?limit=1&cursor={cursor}")
    assert answer.status == 400
    assert "other filters" in answer.json["message"]


def test_what_looks_like_a_cursor_inside_a_text_stays(on_each):
    query = 'label!="a&cursor=*"&cursor=*&description!=" cursor=1"&limit=2'
    first = get(on_each, f"/nodes?{query.replace('&cursor=*', '%26cursor=*', 1)}")
    following = urlsplit(first.headers["link"].split(">")[0][1:])
    assert following.query.count("cursor=") == 3
    second = get(on_each, f"{following.path}?{following.query}")
    assert second.status == 200
    assert second.json["query_string"].startswith('label!="a&cursor=*"&cursor=')
    assert 'description!=" cursor=1"' in second.json["query_string"]


def test_totals_on_demand(on_each):
    exact = get(on_each, "/nodes?limit=3")
    without = get(on_each, "/nodes?limit=3&count=none")
    assert "x-total-count" not in without.headers
    assert without.rows() == exact.rows()
    estimate = get(on_each, '/nodes?limit=3&count=estimate&label!="x"')
    assert estimate.total > 0
    assert "x-total-count" not in get(on_each, "/nodes?limit=3&count=none&cursor=*").headers
    assert get(on_each, "/nodes/page/1?count=none").status == 400
    assert get(on_each, "/nodes?count=exact&limit=3").total == exact.total


COPIED = (
    *("node_type", "process_type", "label", "description", "ctime", "mtime", "attributes"),
    *("extras", "repository_metadata", "dbcomputer_id", "user_id"),
)
FILL = (
    "WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 4) "
    f"INSERT INTO db_dbnode (id, uuid, {', '.join(COPIED)}) "
    f"SELECT id + 1000 * k, {{uuid}}, {', '.join(COPIED)} FROM db_dbnode, n"
)
"""Each node four times more: 1560 of them, of which an offset may skip many."""


@pytest.fixture(scope="module", params=["postgres", "sqlite"])
def on_many(request, serve, unpacked, cluster, data, tmp_path_factory):
    """A store with more nodes than are skipped in one go."""
    if request.param == "postgres":
        url = postgres.create_database(cluster)
        postgres.restore(url, data / "lab.psql.sql.gz")
        postgres.run(url, FILL.format(uuid="overlay(uuid::text PLACING 'f00' || k FROM 1)::uuid"))
        yield (served := serve(url))
        served.app.extensions["provender"].stores.close()
        postgres.drop_database(cluster, url)
        return
    folder = tmp_path_factory.mktemp("many") / "sqlite_dos"
    shutil.copytree(unpacked / "sqlite_dos", folder)
    with closing(sqlite3.connect(folder / "database.sqlite")) as writer, writer:
        writer.execute(FILL.format(uuid="'f00' || k || substr(uuid, 5)"))
    yield serve(folder)


@pytest.mark.parametrize(
    "path", [path for path in LISTS if "/nodes" in path and "links" not in path]
)
def test_deep_offsets_give_the_same_rows(path, on_many):
    mark = "&" if "?" in path else "?"
    whole = walked(on_many, path, 400)
    assert len(whole) > DEEP + 3
    for offset in (DEEP - 1, DEEP, DEEP + 3, len(whole) - 1, len(whole), 5000):
        answer = get(on_many, f"{path}{mark}limit=3&offset={offset}")
        assert answer.rows() == whole[offset : offset + 3]


# Datetimes that an offset moves out of the calendar: the first is before year 1, the second after
# year 9999.
OUTSIDE = ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59")


def forged(served, path, value):
    """Return the query of the second page of a list by time, its time replaced."""
    cursor = get(served, f"{path}?orderby=ctime&limit=1&cursor=*").json["next"]
    parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    assert isinstance(parts[3][0], str)
    parts[3][0] = value
    text = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")
    return f"{path}?orderby=ctime&limit=1&cursor={text}"


@pytest.mark.parametrize("value", OUTSIDE)
@pytest.mark.parametrize(
    "path", ["/nodes", "/processes", "/nodes/607c50a6/links/outgoing", "/api/v2/nodes"]
)
def test_a_forged_cursor_outside_of_the_calendar_is_malformed(path, value, on_each):
    answer = get(on_each, forged(on_each, path, value))
    assert answer.status == 400
    assert answer.json["message"] == "The cursor is malformed."
    assert get(on_each, forged(on_each, path, "0001-01-01T00:00:00+00:00")).status == 200


@pytest.mark.parametrize("operator", ["=", "!=", "<", "<=", ">", ">=", "=in=", "=notin="])
def test_filters_outside_of_the_calendar_compare_with_its_ends(operator, on_each):
    total = get(on_each, "/nodes?limit=0").total
    first, last = (
        get(on_each, f"/nodes?limit=0&ctime{operator}{value}").total for value in OUTSIDE
    )
    expected = {"!=": (total, total), "=notin=": (total, total)}
    expected |= dict.fromkeys((">", ">="), (total, 0))
    expected |= dict.fromkeys(("<", "<="), (0, total))
    assert (first, last) == expected.get(operator, (0, 0))


@pytest.mark.parametrize("value", OUTSIDE)
def test_posted_datetimes_outside_of_the_calendar_are_refused(value, on_each):
    path = [{"entity_type": "", "tag": "n"}]
    query = {"path": path, "filters": {"n": {"ctime": {">": value}}}}
    answer = get(on_each, "/querybuilder", method="POST", body=json.dumps(query).encode())
    assert (answer.status, answer.json["message"]) == (
        400,
        "`ctime` takes a datetime. At `/filters/n/ctime/>`.",
    )
