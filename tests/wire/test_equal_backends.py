"""The same request gives the same answer from PostgreSQL, SQLite and archive."""

from __future__ import annotations

import json

import psycopg2
import pytest
from hypothesis import given
from hypothesis import strategies as st

ABSENT = object()


def get(served, path):
    answer = served.app.test_client().get(path)
    body = json.loads(answer.data.decode().replace("http://localhost/", "{root}"))
    return answer.status_code, answer.headers.get("X-Total-Count"), body


NODE_KEYS = [
    *("id", "uuid", "label", "description", "node_type", "process_type"),
    *("ctime", "mtime", "user_id", "dbcomputer_id"),
]
RESOURCES = {
    "/api/v4/nodes": NODE_KEYS,
    "/api/v4/processes": NODE_KEYS,
    "/api/v4/computers": ["id", "uuid", "label", "hostname", "description", "scheduler_type"],
    "/api/v4/groups": ["id", "uuid", "label", "type_string", "description", "time", "user_id"],
    "/api/v4/users": ["id", "first_name", "last_name", "institution", "email"],
    "/api/v2/nodes": ["id", "uuid", "label", "type", "state", "ctime", "mtime"],
    "/api/v2/data": ["id", "uuid", "type", "label"],
    "/api/v2/computers": ["id", "name", "scheduler_type", "transport_type", "enabled"],
    "/api/v2/groups": ["id", "name", "type", "user_id"],
}
INTEGERS = {"id", "user_id", "dbcomputer_id"}
TIMES = {"ctime", "mtime", "time"}

TEXTS = st.one_of(
    st.sampled_from(
        ["", "bcc Fe", "add", "Émilie", "data.", "core", "FINISHED", "A", "z", "100%", "_", "É"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4),
)
PATTERNS = st.lists(
    st.sampled_from(["%", "_", "a", "E", "é", "data.", "bcc", ".", "\\%", "\\_", "\\\\", "core"]),
    max_size=4,
).map("".join)
MOMENTS = st.sampled_from(
    [
        *("2026-11-20", "2026-11-20T11", "2026-11-20T11:51", "2026-11-20T11:51:08"),
        *("2026-11-20T12:51:08%2B01:00", "2026-11-20T11:55", "0001-01-01", "9999-12-31"),
    ]
)
NUMBERS = st.one_of(st.integers(-3, 320), st.sampled_from(["2.5", "1e30", "-1e30", "3.0", "0"]))


def quoted(text):
    from urllib.parse import quote

    return quote('"' + text.replace('"', '""') + '"')


@st.composite
def requests(draw):
    path, keys = draw(st.sampled_from(sorted(RESOURCES.items())))
    parts = []
    for _ in range(draw(st.integers(0, 3))):
        key = draw(st.sampled_from(keys))
        compare = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
        lists = st.sampled_from(["=in=", "=notin="])
        if key == "enabled":
            parts.append(f"{key}={draw(st.sampled_from(['true', 'false']))}")
            continue
        values = (
            NUMBERS.map(str) if key in INTEGERS else MOMENTS if key in TIMES else TEXTS.map(quoted)
        )
        form = draw(st.sampled_from(["compare", "list", "like"]))
        if form == "like" and key not in INTEGERS | TIMES:
            sign = draw(st.sampled_from(["=like=", "=ilike="]))
            parts.append(f"{key}{sign}{quoted(draw(PATTERNS))}")
        elif form == "list":
            parts.append(
                f"{key}{draw(lists)}{','.join(draw(st.lists(values, min_size=1, max_size=3)))}"
            )
        else:
            parts.append(f"{key}{draw(compare)}{draw(values)}")
    if draw(st.booleans()):
        columns = draw(st.lists(st.sampled_from(keys), min_size=1, max_size=3))
        parts.append("orderby=" + ",".join(draw(st.sampled_from("+-")) + name for name in columns))
    if draw(st.booleans()):
        parts.append(f"limit={draw(st.integers(0, 50))}")
        parts.append(f"offset={draw(st.integers(0, 320))}")
    if path.endswith("v4/nodes") and draw(st.booleans()):
        parts.append("attributes=true&extras=true")
        names = st.lists(st.sampled_from(["value", '"a.b"', '"list.0"', "energy"]), min_size=1)
        if draw(st.booleans()):
            parts.append("attributes_filter=" + ",".join(draw(names)))
    return f"{path}?{'&'.join(parts)}"


@given(path=requests())
def test_random_requests_give_equal_answers(on_archive, on_postgres, path):
    expected = get(on_postgres, path)
    assert get(on_archive, path) == expected
    assert expected[0] == 200


BY_UUID = [
    "/api/v4/nodes?orderby=uuid&attributes=true",
    '/api/v4/nodes?orderby=-label,uuid&label!=""',
    "/api/v4/nodes?orderby=process_type,uuid&limit=100",
    '/api/v4/nodes?orderby=uuid&node_type=like="%structure%"&attributes=true&attributes_filter=cell',
    "/api/v4/computers?orderby=label",
    "/api/v4/groups?orderby=label",
    "/api/v4/users?orderby=last_name",
    "/api/v2/nodes?orderby=-type,uuid",
    "/api/v2/processes?orderby=state,uuid",
    "/api/v2/structures?orderby=uuid",
    "/api/v2/computers?orderby=name",
    "/api/v2/groups?orderby=name",
]


IDS = ("id", "user_id", "dbcomputer_id", "dbnode_id", "time", "_aiida_hash")
"""What the three stores themselves say differently: an import gives ids and some hashes anew."""


def without_ids(value):
    if isinstance(value, dict):
        return {key: without_ids(item) for key, item in value.items() if key not in IDS}
    return [without_ids(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", BY_UUID)
def test_the_sqlite_profile_gives_the_same_but_for_ids(path, on_postgres, on_archive, on_sqlite):
    expected = without_ids(get(on_postgres, path)[2])
    assert without_ids(get(on_archive, path)[2]) == expected
    assert without_ids(get(on_sqlite, path)[2]) == expected


BELOW_NODES = [
    *("links/incoming", "links/outgoing", "links/tree"),
    *(f"contents/{name}" for name in ("attributes", "extras", "comments", "derived_properties")),
    *("repo/list", "repo/list?metadata=1", "download"),
]


def in_one_order(value):
    """Return an answer with its records in the order of their texts: ids order them otherwise."""
    if isinstance(value, dict):
        return {key: in_one_order(item) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    items = [in_one_order(item) for item in value]
    return sorted(items, key=str) if all(isinstance(item, dict) for item in items) else items


@pytest.fixture(scope="session")
def on_others(on_archive, on_sqlite):
    return [on_archive, on_sqlite]


def test_all_that_hangs_on_a_node_is_alike(on_postgres, on_others):
    nodes = on_postgres.get("/api/v4/nodes").rows()
    assert len(nodes) == 312
    for row in nodes:
        kind = "calcjobs" if "calcjob" in row["node_type"] else "processes"
        paths = [f"/api/v4/nodes/{row['uuid']}/{name}" for name in BELOW_NODES]
        if row["node_type"].startswith("process."):
            names = ["report", *(["input_files", "output_files"] if kind == "calcjobs" else [])]
            paths += [f"/api/v4/{kind}/{row['uuid']}/{name}" for name in names]
        for path in paths:
            status, _, body = get(on_postgres, path)
            expected = status, in_one_order(without_ids(body))
            for other in on_others:
                status, _, body = get(other, path)
                assert (status, in_one_order(without_ids(body))) == expected, path


def test_downloads_are_alike(on_postgres, on_others):
    formats = on_postgres.get("/api/v4/nodes/download_formats").data
    count = 0
    for row in on_postgres.get("/api/v4/nodes").rows():
        for name in formats.get(f"{row['node_type']}|", ()):
            if name.startswith("mpl_p"):
                continue
            path = f"/api/v4/nodes/{row['uuid']}/download?download_format={name}"
            answer = on_postgres.get(path)
            for other in on_others:
                found = other.get(path)
                assert (found.status, found.body) == (answer.status, answer.body), path
            count += answer.status == 200
    assert count > 50


NUMBERED = [
    *("/api/v4/nodes/statistics", "/api/v4/nodes/full_types", "/api/v4/nodes/full_types_count"),
    *("/api/v4/nodes/download_formats", "/api/v2/structures/statistics"),
]


@pytest.mark.parametrize("path", NUMBERED)
def test_numbers_are_alike(path, on_postgres, on_others):
    expected = get(on_postgres, path)[2]
    assert [get(other, path)[2] for other in on_others] == [expected, expected]


def test_every_expected_node_is_served_with_its_attributes(on_each, data):
    nodes = json.loads((data / "expected.json").read_text())["nodes"]
    assert len(nodes) == 61
    for uuid, node in nodes.items():
        row = on_each.get(f"/api/v4/nodes/{uuid}?attributes=true&extras=true").rows()[0]
        found = row["attributes"]
        for name in node.get("attributes_not_listed", ()):
            del found[name]
        assert found == node["attributes"]
        assert {k: v for k, v in row["extras"].items() if k != "_aiida_hash"} == node["extras"]
        for name in ("label", "node_type", "process_type"):
            assert row[name] == node[name]


def test_any_collation_gives_code_point_order(serve, new_database, data, on_archive):
    from support import postgres

    try:
        url = new_database("TEMPLATE template0 LOCALE 'en_US.UTF-8' ENCODING 'UTF8'")
    except psycopg2.Error as error:
        pytest.skip(f"the machine has no locale en_US.UTF-8 (localedef makes it): {error}")
    postgres.restore(url, data / "lab.psql.sql.gz")
    with postgres.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 'a' < 'B', 'a' ~<~ 'B'")
        assert cursor.fetchone() == (True, False)
    connection.close()
    served = serve(url, expose=("users.email",))
    for path in (
        "/api/v4/nodes?orderby=label",
        "/api/v4/users?orderby=-last_name",
        "/api/v4/computers?orderby=label,hostname",
        '/api/v4/computers?label>"b"',
        '/api/v4/nodes?label=like="bcc%"',
        '/api/v4/nodes?uuid>"fd"',
        "/api/v2/nodes?orderby=-type",
    ):
        assert get(served, path) == get(on_archive, path)
    served.app.extensions["provender"].stores.close()
