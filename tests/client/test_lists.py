"""Lists are read page by page, as far as they are looked at."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import datetime, timezone

import pytest

from provender import create_app
from provender.client import BadQuery, Client, NotFound, Record
from provender.client.rows import frames
from support import filestore
from support.server import serving


@pytest.fixture(scope="module")
def uuids(demo_url):
    with Client(demo_url) as client:
        return [node.uuid for node in client.nodes.list(orderby="-ctime,label")]


def test_a_loop_has_every_row_once(client, uuids):
    assert len(uuids) == len(set(uuids)) == client.nodes.list().count() == 463


def test_pages_may_be_of_any_size(client, uuids):
    pages = list(client.nodes.list(orderby="-ctime,label").pages(100))
    assert [len(page) for page in pages] == [100, 100, 100, 100, 63]
    assert [node.uuid for page in pages for node in page] == uuids


@pytest.mark.parametrize("number", [0, 1, 399, 400, 401, 1000])
def test_a_limit(client, uuids, number):
    listing = client.nodes.list(orderby="-ctime,label", limit=number)
    assert [node.uuid for node in listing] == uuids[:number]
    assert [node.uuid for node in listing.take(7)] == uuids[: min(7, number)]
    assert listing.count() == 463


@pytest.mark.parametrize("number", [0, 1, 300, 1000])
def test_a_limit_where_pages_are_longer(client, number):
    every = [(file.uuid, file.path) for file in client.files.find()]
    some = [(file.uuid, file.path) for file in client.files.find(limit=number)]
    assert some == every[:number]


@pytest.mark.parametrize("number", [401, 500])
def test_a_limit_between_the_pages_of_two_routes(many_files, number):
    assert len(list(many_files.files.find(limit=number))) == number


@pytest.fixture(scope="module")
def many_files(unpacked, tmp_path_factory):
    """A client of a store with more files than a page of most lists has rows."""
    folder = tmp_path_factory.mktemp("many")
    files = {f"{number:03}": [b"same"] for number in range(600)}
    store = filestore.make("loose", folder, unpacked, files)
    with serving(create_app(store=store)) as root, Client(root) as opened:
        yield opened


def test_nothing_is_asked_before_a_row_is_wanted(client):
    listing = client.nodes.list("no such key")
    with pytest.raises(BadQuery):
        listing.first()


def test_the_first_of_none(client):
    assert client.nodes.list(label="nobody gave this label").first() is None
    assert list(client.nodes.list(label="nobody gave this label")) == []


def test_rows_have_attributes_and_dates(client):
    node = client.nodes.list(orderby="id").first()
    assert isinstance(node, Record)
    assert node.uuid == node["uuid"]
    assert node.ctime == datetime(2026, 11, 20, 11, 55, 27, tzinfo=timezone.utc)
    assert "uuid" in dir(node)
    with pytest.raises(AttributeError, match=r"no `uid` here.*uuid"):
        node.uid  # noqa: B018
    assert "<td" in node._repr_html_()


def test_rows_are_copied_and_kept(client):
    node = client.nodes.list(orderby="id").first()
    for same in (copy.copy(node), copy.deepcopy(node), pickle.loads(pickle.dumps(node))):  # noqa: S301
        assert same == node
        assert same.ctime == node.ctime
    assert node == dict(node.raw) != {}


def test_attributes_are_as_they_are_stored(client):
    node = client.nodes.list('node_type="data.core.dict.Dict."', attributes=True).first()
    assert type(node.attributes) is dict
    assert node.attributes == client.nodes.attributes(node)


def test_a_table_has_all_rows(client, uuids):
    frame = client.nodes.list(orderby="-ctime,label").to_dataframe()
    assert list(frame["uuid"]) == uuids
    assert {"label", "ctime", "node_type"} <= set(frame.columns)
    assert len(client.nodes.list(label="nobody gave this label").to_dataframe()) == 0


def test_a_long_table_is_that_of_pandas():
    pages = [[{"a": 1, "b": "x"}, {"a": 2}], [{"a": None, "c": True}], [], [{"c": [1]}]]
    short = frames.gathered(pages)
    long = frames.gathered(pages, part_rows=1)
    assert list(long.columns) == list(short.columns) == ["a", "b", "c"]
    rows = [row for page in pages for row in page]
    for made in (short, long):
        assert json.loads(made.to_json(orient="records")) == [
            {name: row.get(name) for name in "abc"} for row in rows
        ]


def test_a_notebook_shows_the_first_rows(client):
    shown = client.nodes.list(label='"<b>"')._repr_html_()
    assert "0 of 0" in shown
    assert "10 of 463" in client.nodes.list()._repr_html_()


def test_templates_are_lists_too(client):
    want = {"uuid": "*", "outgoing": {"result": {"attributes": {"energy": "*"}}}}
    rows = client.nodes.select({"attributes.process_label": "energy"}, want=want).take(3)
    assert len(rows) == 3
    frame = client.nodes.select({"attributes.process_label": "energy"}, want=want).to_dataframe()
    assert len(frame) == 10
    assert frame["outgoing.result.attributes.energy"].max() < -10
    with pytest.raises(BadQuery, match="does not count"):
        client.nodes.select(want={"uuid": "*"}).count()


@pytest.mark.parametrize("resource", ["computers", "groups", "users", "nodes"])
def test_every_resource_has_lists_and_objects(client, resource):
    listing = getattr(client, resource).list()
    first = listing.first()
    same = getattr(client, resource).get(first if resource != "users" else first.id)
    assert same.id == first.id
    assert listing.count() == sum(1 for _ in listing)
    with pytest.raises(NotFound):
        getattr(client, resource).get("9999999" if resource == "users" else "ffffffff-ffff")
