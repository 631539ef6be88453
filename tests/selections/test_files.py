"""Files found by name and size over all nodes, page by page, on every backend."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import sqlite3
import zipfile
from contextlib import closing
from functools import partial
from urllib.parse import urlsplit

import pytest

import provender
from provender.python.selecting import read
from provender.query.querystring.parameter import Parameters
from provender.query.querystring.parameters import CURSOR
from provender.query.querystring.request import ListRequest
from provender.settings import Limits, Settings
from provender.translators.asking import registry
from provender.translators.finding.walk import FileWalk, Sought
from provender.translators.globs import Globs
from provender.translators.inquiry import answer
from provender.web.routes.views import NODES
from support import badrows, growing
from support.trees import files_of

PATH = "/api/v4/nodes/files"
BACKENDS = ("archive", "postgres", "sqlite")
JOB = "78ccdb4c-e7b5-453b-9de9-3949114d5452"


@pytest.fixture(scope="module")
def stored(data, tmp_path_factory):
    """Every file of the lab, read by other means: uuid, label, path, size and key."""
    folder = tmp_path_factory.mktemp("lab")
    with zipfile.ZipFile(data / "lab.aiida") as file:
        file.extract("db.sqlite3", folder)
        sizes = {one.filename.removeprefix("repo/"): one.file_size for one in file.infolist()}
    with closing(sqlite3.connect(folder / "db.sqlite3")) as connection:
        rows = connection.execute(
            "SELECT uuid, label, repository_metadata FROM db_dbnode"
        ).fetchall()

    return {
        (uuid, label, path, sizes[key], key)
        for uuid, label, tree in rows
        for path, key in files_of(json.loads(tree or "{}"))
    }


def ask(client, query="", body=None):
    if body is not None:
        return client.post(PATH, data=json.dumps(body))
    return client.get(f"{PATH}{query}")


def walk(client, query="", limit=7, most=1000):
    """Return the files of all pages, and the number of pages."""
    cursor, files, pages = "*", [], 0
    while cursor is not None and pages < most:
        quoted = cursor if cursor == "*" else f"%22{cursor}%22"
        answer = ask(client, f"?limit={limit}&cursor={quoted}{query}")
        assert answer.status_code == 200, answer.json
        assert len(answer.json["data"]["files"]) <= limit
        files += answer.json["data"]["files"]
        cursor, pages = answer.json["next"], pages + 1
    return files, pages


def figures(files):
    return [(one["uuid"], one["label"], one["path"], one["size"], one["sha256"]) for one in files]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_a_walk_finds_every_file_once(backend, limit, lab, stored):
    files, pages = walk(lab[backend], limit=limit)
    found = figures(files)
    assert len(found) == len(stored) == 227
    assert set(found) == stored
    assert pages >= 227 // limit


def test_both_databases_of_the_same_ids_answer_the_same(lab):
    for query in ("?limit=50", "?glob=*.out&glob=.aiida/*&limit=9", "?min_size=1k", "?glob=none"):
        first, other = (ask(lab[name], query).json for name in ("archive", "postgres"))
        assert first["data"] == other["data"]
        assert first["next"] == other["next"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_names_and_sizes_choose(backend, lab, stored):
    chance = random.Random(backend)  # noqa: S311 - not for secrets
    for _ in range(12):
        globs = chance.sample(("*.out", "*.sh", ".aiida/**", "source_file", "s*", "*/*"), 2)
        size, limit = chance.choice((0, 1, 17, 1000, 20_000)), chance.choice((3, 50, 1000))
        query = f"&glob={globs[0]}&glob={globs[1]}&min_size={size}"
        files, _ = walk(lab[backend], query, limit)
        match = Globs(tuple(globs)).match
        assert set(figures(files)) == {one for one in stored if match(one[2]) and one[3] >= size}


def test_a_url_leads_to_the_file(lab):
    files, _ = walk(lab["sqlite"], "&glob=*.json&glob=*.out", limit=100)
    assert len(files) > 30
    for file in files:
        url = urlsplit(file["url"])
        with lab["sqlite"].get(f"{url.path}?{url.query}") as answer:
            assert hashlib.sha256(answer.data).hexdigest() == file["sha256"]


def test_a_posted_search_says_the_same(lab, stored):
    body = {"where": {"node_type": {"startswith": "data."}}, "glob": ["*.out", "x"], "limit": 3}
    pages, cursor = [], "*"
    while cursor is not None:
        answer = ask(lab["postgres"], body=body | {"cursor": cursor, "min_size": "1"}).json
        pages += answer["data"]["files"]
        cursor = answer["next"]
    query = "&node_type=like=%22data.%25%22&glob=*.out&glob=x&min_size=1"
    assert figures(pages) == figures(walk(lab["postgres"], query, 3)[0])
    assert 0 < len(pages) < len(stored)


def test_what_comes_during_a_walk_is_not_in_it(changed):
    client, key = changed(), hashlib.sha256(b"").hexdigest()
    first = ask(client, "?limit=3&cursor=*").json
    tree = json.dumps({"o": {"new": {"k": key}}})
    growing.add_nodes(changed.folder, 3, repository_metadata=f"'{tree}'")
    rest, cursor = [], first["next"]
    while cursor:
        page = ask(client, f"?limit=100&cursor=%22{cursor}%22").json
        rest, cursor = rest + page["data"]["files"], page["next"]
    assert len(rest) + 3 == 227
    assert len(walk(client, limit=100)[0]) == 230


def test_a_node_of_many_files_has_several_pages(changed):
    keys = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(50)]
    tree = json.dumps({"o": {f"{number:02}.txt": {"k": key} for number, key in enumerate(keys)}})
    client = changed(f"UPDATE db_dbnode SET repository_metadata = '{tree}' WHERE uuid = '{JOB}'")
    files, pages = walk(client, f"&uuid=%22{JOB}%22", limit=8)
    assert [file["path"] for file in files] == [f"{number:02}.txt" for number in range(50)]
    assert {file["size"] for file in files} == {None}
    assert pages == 7
    assert walk(client, f"&uuid=%22{JOB}%22&min_size=1", limit=8)[0] == []


def test_a_page_ends_when_it_took_long(data):
    """The time of a page is over when it begins, so each has the files of the first nodes."""
    stores, *_ = registry(data / "lab.aiida", None, None, None)
    with closing(stores):
        chosen = read(None, Limits(), ()).selection
        files, cursor, pages = [], "*", 0
        while cursor is not None:
            request = ListRequest(NODES, Parameters(given={CURSOR.name: cursor}), 1000, 0)
            walk = FileWalk(Sought(chosen, request, Globs()), at_once=10)
            page = walk.page(partial(answer, store=stores.get()), stores.get(), seconds=1e-4)
            files, cursor, pages = files + page.files, page.following, pages + 1
    assert len({(file.uuid, file.path) for file in files}) == len(files) == 227
    assert pages > 10


def test_a_container_that_is_away_is_no_answer(changed):
    client = changed()
    shutil.rmtree(changed.folder / "container" / "loose")
    answer = ask(client)
    assert (answer.status_code, answer.json["code"]) == (503, "store-unreachable")


def test_a_store_without_files_has_no_files_to_find(lab_postgres, make_app):
    answer = ask(make_app(store=lab_postgres).test_client())
    assert (answer.status_code, answer.json["code"]) == (503, "store-misconfigured")


@pytest.mark.parametrize("value", badrows.VALUES)
def test_any_value_in_any_column_hides_no_other_file(value, data, tmp_path, make_app):
    changes = [
        f"UPDATE db_dbnode SET {column} = {badrows.VALUES[value]} WHERE id % 9 = {number}"
        for number, column in enumerate(("uuid", "label", "repository_metadata", "attributes"))
    ]
    path = badrows.archive(tmp_path, data / "lab.aiida", changes)
    files, _ = walk(make_app(store=path).test_client(), limit=50)
    assert len(files) > 150


@pytest.mark.parametrize(
    ("query", "body", "words"),
    [
        ("?min_size=x", None, "`x` is no size"),
        ("?min_size=-1", None, "is no size"),
        ("?min_size=1i", None, "is no size"),
        ("?min_size=", None, ""),
        ("?glob=/", None, "is empty"),
        ("?limit=0", None, "at least 1"),
        ("?limit=1001", None, "1000"),
        ("?limit=x", None, "integer"),
        ("?cursor=%22x%22", None, "malformed"),
        ("?cursor=5", None, ""),
        ("?colour=1", None, "colour"),
        ("?orderby=id", None, "orderby"),
        ("", {"min_size": 5}, "At `/min_size`"),
        ("", {"min_size": "5 apples"}, "At `/min_size`"),
        ("", {"glob": [7]}, "At `/glob`"),
        ("", {"limit": "x"}, "At `/limit`"),
        ("", {"where": 7}, "At `/where`"),
        ("", {"files": []}, "no key `files`"),
    ],
)
def test_what_cannot_be_asked_is_an_error(query, body, words, lab):
    assert len(lab) == len(BACKENDS)
    for client in lab.values():
        answer = ask(client, query, body)
        assert answer.status_code == 400
        assert words in answer.json["message"] + answer.json.get("hint", "")


def test_a_cursor_belongs_to_its_search(lab):
    cursor = ask(lab["archive"], "?limit=1").json["next"]
    for query in ("&glob=*", "&min_size=1", "&label=%22x%22"):
        answer = ask(lab["archive"], f"?limit=1&cursor=%22{cursor}%22{query}")
        assert (answer.status_code, answer.json["code"]) == (400, "conflicting-parameters")
    assert ask(lab["archive"], f"?limit=2&cursor=%22{cursor}%22").status_code == 200


def test_a_size_may_be_written_in_units(lab):
    sizes = {
        text: {file["size"] for file in walk(lab["archive"], f"&min_size={text}", 1000)[0]}
        for text in ("1k", "1Ki", "0.01M", "10668", "16KiB", "1G")
    }
    assert min(sizes["1k"]) >= 1000
    assert min(sizes["1Ki"]) >= 1024
    assert sizes["10668"] == sizes["0.01M"]
    assert sizes["16KiB"] == {16384}
    assert sizes["1G"] == set()


def test_python_finds_the_same(data, stored):
    with provender.open(data / "lab.aiida") as store:
        found = {tuple(file.values()) for file in store.files()}
        assert found == stored
        some = list(store.files({"uuid": JOB}, ["*.json"], min_size="300"))
        assert [file["path"] for file in some] == [".aiida/job_tmpl.json"]


def test_a_tree_that_is_larger_than_an_answer_is_refused(changed):
    tree = json.dumps({"o": {"x" * 3000: {"k": "0" * 64}}})
    client = changed(
        f"UPDATE db_dbnode SET repository_metadata = '{tree}' WHERE uuid = '{JOB}'",
        settings=Settings(limits=Limits(answer_bytes=2000)),
    )
    answer = ask(client, "?limit=1000")
    assert answer.status_code == 400
    assert answer.json["code"] == "limit-exceeded"
