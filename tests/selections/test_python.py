"""`provender.open`: what Python gets is what the server answers, on every backend."""

from __future__ import annotations

import importlib.util
import itertools
import json
import subprocess
import sys
from datetime import datetime, timezone
from urllib.parse import quote
from uuid import UUID

import pytest

import provender
from provender.errors import BadRequest, LimitExceeded, NoSuchEntity, ProvenderError
from provender.settings import Limits, Settings
from support.pages import blocks, read

TEXTS = [
    "",
    'node_type=like="process.%"',
    'node_type=like="process.calculation.%"&group=processes',
]
WANT = {
    "uuid": "*",
    "attributes": {"exit_status": "*"},
    "outgoing": {"*": {"uuid": "*"}, "sum": {"attributes": {"value": "*"}}},
    "logs": "count",
}


@pytest.fixture
def opened(on_each, unpacked, settings):
    """The store of a server, open in Python."""
    repository = unpacked / "repo" / "container" if "://" in on_each.store else None
    with provender.open(on_each.store, repository=repository, settings=settings) as store:
        yield store


@pytest.fixture
def lab(data):
    with provender.open(data / "lab.aiida") as store:
        yield store


def safe(text):
    return quote(text, safe="=&+-.")


def url_of(bucket, root):
    """Return the address of a bucket that a server would give."""
    text = bucket.pop("selection")
    url = None if text is None else f"{root}/api/v4/nodes?{quote(text, safe='=&%')}"
    return {**bucket, "url": url}


@pytest.mark.parametrize("text", TEXTS)
def test_nodes_are_those_of_the_list(text, opened, on_each):
    query = f"{safe(text)}&attributes=true&extras=true&orderby=-ctime".lstrip("&")
    answer = on_each.get(f"/api/v4/nodes?{query}")
    rows = list(opened.nodes(text, attributes=True, extras=True, orderby="-ctime"))
    assert rows == answer.rows()
    assert opened.number(text) == answer.total == len(rows) > 0


def test_facets_are_those_of_the_server(opened, on_each):
    facet = ["node_type", "ctime:month", "attributes.value:histogram(3)", "attributes.list:array"]
    keys = "&".join(f"facet={quote(item)}" for item in facet)
    answer = on_each.get(f"/api/v4/nodes/facets?{keys}&stats=attributes.value&size=4")
    found = opened.facets(None, facet, stats="attributes.value", size=4)
    assert found["stats"] == answer.data["stats"]
    assert list(found["facets"]) == facet
    for name, expected in answer.data["facets"].items():
        counts = [{**item, "url": None} for item in expected["buckets"]]
        assert [{**url_of(item, ""), "url": None} for item in found["facets"][name]["buckets"]] == (
            counts
        )
        assert found["facets"][name]["other"] == expected["other"]


def test_the_selection_of_a_bucket_chooses_its_nodes(opened):
    found = opened.facets("group=processes", ["node_type", "attributes.exit_status"])["facets"]
    buckets = [item for counted in found.values() for item in counted["buckets"]]
    assert len(buckets) > 4
    assert [opened.number(item["selection"]) for item in buckets] == [
        item["count"] for item in buckets
    ]


def test_a_dict_has_facets_without_texts(opened):
    where = {"group": "processes", "node_type": {"startswith": "process."}}
    found, written = (
        opened.facets(where),
        opened.facets('group=processes&node_type=like="process.%"'),
    )
    shown, said = found["facets"]["node_type"], written["facets"]["node_type"]
    assert all(item.pop("selection") is None for item in shown["buckets"])
    assert all(item.pop("selection") for item in said["buckets"])
    assert shown == said


@pytest.mark.parametrize("flat", [False, True])
def test_templates_are_filled_as_by_the_server(flat, opened, on_each):
    body = {"where": {"group": "processes"}, "want": WANT, "flat": flat, "orderby": "-id"}
    answer = on_each.get("/api/v4/nodes/select", method="POST", body=json.dumps(body).encode())
    assert answer.status == 200
    for want in (WANT, json.dumps(WANT)):
        rows = opened.select("group=processes", want, flat=flat, orderby="-id")
        assert list(rows) == answer.data["rows"]


@pytest.mark.parametrize("under", ["attributes", "extras", "attributes.resources"])
def test_keys_are_those_of_the_server(under, opened, on_each):
    answer = on_each.get(f"/api/v4/nodes/keys?under={under}&size=9")
    assert opened.keys(under=under, size=9) == answer.data
    where = {"node_type": {"startswith": "process."}}
    answer = on_each.get(f"/api/v4/nodes/keys?under={under}&{safe(TEXTS[1])}")
    assert opened.keys(where, under) == answer.data


def test_records_are_those_of_the_server(opened, on_each):
    uuids = [row["uuid"] for row in opened.select("group=processes", {"uuid": "*"}, limit=8)]
    assert len(uuids) == 8
    for uuid in uuids:
        expected = on_each.get(f"/api/v4/nodes/{uuid}/record").data["record"]
        assert opened.record(uuid) == opened.record(UUID(uuid)) == expected
        assert opened.record(uuid[:12].upper()) == expected


def test_a_record_that_is_not_there(lab):
    with pytest.raises(NoSuchEntity):
        lab.record("00000000-0000-0000-0000-00000000000f")


def test_rows_come_page_by_page(data):
    small = Settings(limits=Limits(default=7, selected=5))
    with provender.open(data / "lab.aiida", settings=small) as store:
        every = [row["id"] for row in store.nodes()]
        assert every == sorted(set(every))
        assert len(every) == store.number() > 7
        assert [row["id"] for row in store.select({}, {"id": "*"})] == every
        rows = store.nodes(limit=17)
        assert [row["id"] for row in rows] == [row["id"] for row in rows] == every[:17]
        assert [row["id"] for row in itertools.islice(store.nodes(), 9)] == every[:9]
        assert list(store.nodes(limit=0)) == []


def test_a_dict_may_hold_values_of_python(lab):
    uuid = next(iter(lab.nodes()))["uuid"]
    assert lab.number({"uuid": UUID(uuid)}) == 1
    assert lab.number({"uuid": {"in": {uuid}}}) == 1
    late = datetime(2100, 1, 1, tzinfo=timezone.utc)
    assert lab.number({"ctime": {"gt": late}}) == 0
    assert lab.number({"ctime": {"lt": late}}) == lab.number()


def test_a_query_chooses_nodes(lab):
    query = {
        "path": [
            {"entity_type": "group.core", "tag": "group"},
            {"entity_type": "", "tag": "node", "with_group": "group"},
        ],
        "filters": {"group": {"label": {"==": "processes"}}},
        "project": {"node": ["id"]},
    }
    assert lab.number(query) == lab.number("group=processes")
    assert lab.count(query) == lab.number(query)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda store: store.nodes("labl=3"), "Unknown key `labl`"),
        (lambda store: store.nodes({"labl": 3}), "At `/where/labl`"),
        (lambda store: store.nodes("label="), "query string"),
        (lambda store: store.nodes(3), "a dict"),
        (lambda store: store.nodes({"label": object()}), "`object`"),
        (lambda store: store.nodes({("a", "b"): 1}), "strings"),
        (lambda store: store.nodes(orderby="nothing"), "nothing"),
        (lambda store: store.nodes(orderby=[3]), "`orderby`"),
        (lambda store: store.nodes(limit=-1), "`limit`"),
        (lambda store: store.nodes("user.email=1"), "user"),
        (lambda store: store.facets("", "labl"), "labl"),
        (lambda store: store.facets("", "label", size=0), "`size`"),
        (lambda store: store.select(""), "want"),
        (lambda store: store.record("xyz"), "uuid"),
        (lambda store: store.record("0"), "More than one"),
        (lambda store: store.keys("", "label"), "label"),
        (lambda store: store.keys("", "???"), "no key"),
        (lambda store: store.keys(size=0), "`size`"),
        (lambda store: store.select("", {"uuidd": "*"}), "uuidd"),
    ],
)
def test_what_is_wrong_is_told_at_once(ask, message, lab):
    with pytest.raises(BadRequest, match=message):
        ask(lab)


def test_limits_hold(data):
    with (
        provender.open(data / "lab.aiida", settings=Settings(limits=Limits(filters=2))) as store,
        pytest.raises(LimitExceeded, match="filters"),
    ):
        store.nodes("id>1&id>2&id>3")


def test_unknown_groups_are_told_by_the_store(lab):
    with pytest.raises(NoSuchEntity, match="no_such_group"):
        list(lab.nodes("group=no_such_group"))


def test_a_store_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ProvenderError), provender.open(tmp_path / "no.aiida") as store:
        store.number()


def test_tables_need_pandas(lab):
    rows = lab.select("group=processes", WANT, limit=3)
    if importlib.util.find_spec("pandas") is None:
        with pytest.raises(ModuleNotFoundError, match="pip install pandas"):
            rows.to_dataframe()
        return
    frame = rows.to_dataframe()
    assert frame["outgoing.sum.attributes.value"].shape == (3,)


def test_the_page_shows_what_runs():
    (program,) = blocks(read("docs/selections/python.md"), "python")
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    lines = done.stdout.splitlines()
    assert "300 1 group=processes&attributes.exit_status=300" in lines
    assert sum("'energy': " in line for line in lines) == 3
