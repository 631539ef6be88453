"""Numbers arrive with every digit, and go to the server with every digit."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing

import numpy as np
import pandas as pd
import pytest

from provender import create_app
from provender.client import Client
from support.server import serving

LONG = 123456789012345678901234567890
STORED = f'{{"value": {LONG}, "endless": 1e999, "float": 0.1}}'


@pytest.fixture(scope="module")
def exact(data, tmp_path_factory):
    """A client of a store with an integer that no double holds."""
    folder = tmp_path_factory.mktemp("exact")
    path, database = folder / "long.aiida", folder / "db.sqlite3"
    with zipfile.ZipFile(data / "lab.aiida") as old, zipfile.ZipFile(path, "w") as new:
        database.write_bytes(old.read("db.sqlite3"))
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute("UPDATE db_dbnode SET attributes = ? WHERE id = 100", (STORED,))
        new.write(database, "db.sqlite3")
        new.writestr("metadata.json", old.read("metadata.json"))
    with serving(create_app(store=path)) as root, Client(root) as client:
        yield client


def test_long_integers_arrive(exact):
    node = exact.nodes.list({"attributes.value": LONG}, attributes=True).first()
    assert node.attributes["value"] == LONG
    assert type(node.attributes["value"]) is int
    assert exact.nodes.attributes(node)["value"] == LONG
    assert exact.nodes.attributes(node)["float"] == 0.1


def test_long_integers_are_posted(exact):
    where = {"$or": [{"attributes.value": LONG}, {"label": "nobody gave this label"}]}
    assert exact.nodes.list(where).count() == 1
    assert exact.nodes.list({"$not": {"attributes.value": {"$ne": LONG}}}).count() == 1


def test_a_mirror_has_them(exact, tmp_path):
    node = exact.nodes.list({"attributes.value": LONG}).first()
    exact.mirror({"uuid": node.uuid}, tmp_path / "mirror")
    record = json.loads((tmp_path / "mirror" / node.uuid / "record.json").read_text())
    assert record["attributes"]["value"] == LONG
    assert record["attributes"]["endless"] is None


@pytest.mark.parametrize("make", [np.int64, np.int32, np.uint8])
def test_numbers_of_tables_are_numbers(client, make):
    assert client.nodes.list({"id": make(7)}).first().id == 7
    assert client.nodes.list({"id.in": np.array([7, 9], make)}).count() == 2
    assert client.nodes.list({"id": [make(7)]}).count() == 1


def test_values_of_numpy_and_pandas(client):
    number = client.nodes.list({"attributes.sealed": True}).count()
    assert client.nodes.list({"attributes.sealed": np.bool_(True)}).count() == number > 0
    assert client.nodes.list({"attributes.value.gt": np.float64(3.5)}).count() > 0
    when = pd.Timestamp("2026-11-20T11:55:00Z")
    same = client.nodes.list("ctime>=2026-11-20T11:55").count()
    assert client.nodes.list({"ctime.gte": when}).count() == same
