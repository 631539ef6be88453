"""Many stores in one process: a path for each, and the store that a request is for."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from werkzeug.test import create_environ, run_wsgi_app

import provender
from provender.settings import Pool, ProfileSettings, Stores
from provender.store import aiidaconfig
from provender.store.selection import Selection
from provender.web.middleware.mounts import Mounts
from support.server import ask, serving

POSTED = json.dumps({"path": ["data.core.structure.StructureData."], "limit": 2}).encode()


@pytest.fixture(scope="module")
def many(settings, data, unpacked, lab_postgres, tmp_path_factory):
    """Settings with a profile of every kind; the name of one has dots and capitals."""
    folder = tmp_path_factory.mktemp("archives")
    shutil.copy(data / "lab.aiida", folder / "Lab.v1_2-x.aiida")
    return replace(
        settings,
        archives=(folder,),
        profiles={
            "main": ProfileSettings(str(data / "materials.aiida")),
            "postgres": ProfileSettings(lab_postgres, unpacked / "repo" / "container"),
            "sqlite": ProfileSettings(str(unpacked / "sqlite_dos")),
        },
        default_profile="main",
        profile_switching=True,
    )


@pytest.fixture(scope="module")
def root(many):
    """Root URL of a server of all of them."""
    app = provender.create_app(settings=many)
    with serving(app) as url:
        yield url
    app.extensions["provender"].stores.close()


def neutral(text, root):
    """Return a text without what differs between two places: the root URL."""
    return text.replace(root, "http://root")


PATHS = [
    "/api/v4/nodes?limit=20&orderby=-id",
    "/api/v4/nodes/page/2?perpage=3",
    "/api/v4/nodes?cursor=*&limit=3",
    "/api/v4/nodes/ID",
    "/api/v4/nodes/ID/links/incoming",
    "/api/v4/nodes/ID/contents/attributes",
    "/api/v4/nodes/ID/repo/list?metadata=1",
    "/api/v4/nodes/statistics",
    "/api/v4/nodes/full_types",
    "/api/v4/processes/projectable_properties",
    "/api/v4/groups",
    "/api/v4/users?orderby=id",
    "/api/v4/server",
    "/api/v4/",
    "/api/v4/nodes?limit=x",
    "/api/v4/nodes/ffffffff",
    "/api/v2/structures?limit=2",
    "/api/v2/nodes/ID/io/inputs",
    "/api/v2/nothing",
]


@pytest.mark.parametrize(
    ("name", "alone"),
    [("Lab.v1_2-x", "on_private"), ("postgres", "on_postgres"), ("sqlite", "on_sqlite")],
)
def test_below_its_path_a_store_answers_as_on_a_server_of_its_own(name, alone, root, request):
    other = request.getfixturevalue(alone)
    calculations = other.get('/api/v4/nodes?node_type=like="process.calculation%25"&limit=1')
    uuid = calculations.column("uuid")[0]
    for path in (path.replace("ID", uuid) for path in PATHS):
        expected, found = other.get(path), ask(f"{root}/{name}{path}")
        assert found.status == expected.status, path
        assert neutral(found.body.decode(), f"{root}/{name}") == neutral(
            expected.body.decode(), other.root
        )
        for header in ("link", "x-total-count", "content-type", "cache-control"):
            ours = neutral(found.headers.get(header, ""), f"{root}/{name}")
            theirs = neutral(other_header := expected.headers.get(header, ""), other.root)
            if "cursor=" not in other_header:
                assert ours == theirs


def test_urls_in_answers_are_below_the_path_and_lead_on(root):
    answer = ask(f"{root}/postgres/api/v4/nodes/page/1?perpage=2")
    assert answer.json["url_root"] == f"{root}/postgres/"
    assert answer.json["path"] == "/api/v4/nodes/page/1"
    following = re.search(r'<([^>]+)>; rel="next"', answer.headers["link"])[1]
    assert following.startswith(f"{root}/postgres/api/v4/nodes/page/2")
    assert ask(following).total == 312


def test_without_a_name_the_default_profile_answers(root):
    assert ask(f"{root}/api/v4/nodes?limit=1").total == 151
    assert ask(f"{root}/main/api/v4/nodes?limit=1").total == 151
    assert ask(f"{root}/sqlite/api/v4/nodes?limit=1").total == 312


def test_a_query_is_posted_to_the_store_of_the_path(root):
    def posted(prefix):
        return ask(f"{root}{prefix}/api/v4/querybuilder", "POST", body=POSTED)

    assert posted("/postgres").json["data"] == posted("/Lab.v1_2-x").json["data"]
    assert posted("/main").json["data"] == posted("").json["data"] != posted("/sqlite").json["data"]


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_other_methods_below_a_path(method, root):
    answer = ask(f"{root}/sqlite/api/v4/nodes", method, headers={"Origin": "http://x.example"})
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["access-control-allow-origin"] == "http://x.example"
    if method == "HEAD":
        assert answer.total == 312
    refused = ask(f"{root}/sqlite/api/v4/nodes", "DELETE")
    assert refused.status == 405
    assert refused.json["code"] == "method-not-allowed"


def test_etags_of_two_stores_with_the_same_data_differ(root):
    found = [ask(f"{root}/{name}/api/v4/users") for name in ("postgres", "sqlite")]
    assert found[0].headers["etag"] != found[1].headers["etag"]
    headers = {"If-None-Match": found[0].headers["etag"]}
    assert ask(f"{root}/postgres/api/v4/users", headers=headers).status == 304
    assert ask(f"{root}/sqlite/api/v4/users", headers=headers).status == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/p%6Fstgres/api/v4/users", 200),
        ("/postgres/api%2Fv4/users", 200),
        ("/postgres//api/v4/users", 200),
        ("//postgres/api/v4/users", 200),
        ("/postgres/api//v4/users", 308),
        ("/postgres", 308),
        ("/postgres/", 200),
        ("/postgres/api", 404),
        ("/postgres/apis/v4/users", 404),
        ("/postgres/profiles", 404),
        ("/postgres/postgres/api/v4/users", 404),
        ("/Postgres/api/v4/users", 404),
        ("/nobody/api/v4/users", 404),
        ("/post%0Agres/api/v4/users", 404),
        ("/%C3%A9/api/v4/users", 404),
    ],
)
def test_odd_paths(path, status, root):
    answer = ask(f"{root}{path}")
    assert answer.status == status, answer.body
    if status == 308:
        clean = re.sub(r"/+", "/", path)
        expected = f"{root}{clean}" + ("/" if clean == "/postgres" else "")
        assert answer.headers["location"] == expected
        assert ask(expected).status == 200
    if status == 404:
        kind = "route" if path.startswith("/postgres/") else "profile"
        assert answer.json["code"] == f"unknown-{kind}"


def test_a_profile_named_twice(root):
    path = f"{root}/sqlite/api/v4/nodes?limit=1&profile="
    assert ask(f"{path}sqlite").total == 312
    answer = ask(f"{path}main")
    assert (answer.status, answer.json["code"]) == (400, "conflicting-parameters")
    assert "`sqlite`" in answer.json["message"]
    assert ask(f"{root}/api/v4/nodes?limit=1&profile=sqlite").total == 312
    posted = ask(f"{root}/sqlite/api/v4/querybuilder?profile=main", "POST", body=POSTED)
    assert posted.json["code"] == "conflicting-parameters"


def test_without_switching_a_named_profile_is_refused_below_its_own_path_too(many, make_app):
    client = make_app(settings=replace(many, profile_switching=False)).test_client()
    for name in ("sqlite", "main"):
        answer = client.get(f"/sqlite/api/v4/nodes?profile={name}")
        assert (answer.status_code, answer.json["code"]) == (400, "conflicting-parameters")


def test_the_paths_can_be_turned_off(many, make_app):
    client = make_app(settings=replace(many, profile_paths=False)).test_client()
    for path in ("/sqlite/api/v4/nodes", "/sqlite/", "/profiles"):
        assert client.get(path).status_code == 404
    assert client.get("/api/v4/nodes?limit=1&profile=sqlite").status_code == 200
    assert "sqlite" not in client.get("/").text


def test_a_store_that_was_named_outright_is_the_only_one(many, make_app, data):
    client = make_app(store=data / "lab.aiida", settings=many).test_client()
    assert client.get("/lab/api/v4/nodes").status_code == 200
    assert client.get("/sqlite/api/v4/nodes").status_code == 404
    assert [one["name"] for one in client.get("/profiles").json["data"]["profiles"]] == ["lab"]


def test_profiles_of_aiida_whose_names_cannot_stand_in_a_path(
    settings, make_app, unpacked, tmp_path
):
    storage = {"backend": "core.sqlite_dos", "config": {"filepath": str(unpacked / "sqlite_dos")}}
    names = ("lab", "profiles", "api", "my lab")
    config = {
        "default_profile": "profiles",
        "profiles": {name: {"storage": storage} for name in names},
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    found = aiidaconfig.read_profiles(tmp_path)
    selection = Selection(found, found.choose(None), "it was named")
    plain = replace(settings, explorer=False)
    client = make_app(settings=plain, selection=selection).test_client()
    listed = client.get("/profiles").json["data"]["profiles"]
    assert [one["name"] for one in listed] == ["api", "lab", "my lab", "profiles"]
    assert [one["url"] for one in listed] == [None, "http://localhost/lab/", None, None]
    assert client.get("/api/").status_code == client.get("/my lab/").status_code == 404
    assert client.get("/lab/api/v4/users").status_code == 200
    assert client.get("/").text.count('href="http://localhost/lab/"') == 1


def test_below_a_mount_of_the_web_server_and_a_trusted_proxy(many, make_app):
    app = make_app(settings=replace(many, proxy=replace(many.proxy, trusted=("127.0.0.1",))))
    headers = {"X-Forwarded-Prefix": "/outer", "X-Forwarded-Host": "example.org"}
    answer = app.test_client().get("/sqlite/api/v4/users", headers=headers)
    assert answer.json["url_root"] == "http://example.org/outer/sqlite/"
    environ = create_environ("/sqlite/api/v4/users", "http://example.org/wsgi/")
    chunks, status, _ = run_wsgi_app(app, environ)
    assert status == "200 OK"
    assert json.loads(b"".join(chunks))["url_root"] == "http://example.org/wsgi/sqlite/"


@pytest.fixture
def large_file(unpacked, tmp_path):
    """A SQLite profile, and the path of a file of 3 MiB in it."""
    folder, content = tmp_path / "profile", b"x" * (3 << 20)
    key = hashlib.sha256(content).hexdigest()
    shutil.copytree(unpacked / "sqlite_dos", folder)
    (folder / "container" / "loose" / key[:2]).mkdir(exist_ok=True)
    (folder / "container" / "loose" / key[:2] / key[2:]).write_bytes(content)
    with closing(sqlite3.connect(folder / "database.sqlite")) as connection, connection:
        tree = json.dumps({"o": {"large": {"k": key}}})
        connection.execute("UPDATE db_dbnode SET repository_metadata = ? WHERE id = 1", (tree,))
        (uuid,) = connection.execute("SELECT uuid FROM db_dbnode WHERE id = 1").fetchone()
    return folder, f'/large/api/v4/nodes/{uuid}/repo/contents?filename="large"'


@pytest.mark.parametrize("asked", [None, "bytes=1048576-"])
def test_a_download_keeps_its_store_open_to_its_last_byte(asked, many, make_app, large_file):
    folder, path = large_file
    profiles = {**many.profiles, "large": ProfileSettings(str(folder))}
    few = replace(many, profiles=profiles, stores=Stores(open=1), pool=Pool(wait_seconds=0.1))
    app = make_app(settings=few)
    environ = create_environ(path, headers={"Range": asked} if asked else {})
    chunks, status, headers = run_wsgi_app(app, environ)
    assert status.startswith("206" if asked else "200")
    client = app.test_client()
    refused = client.get("/postgres/api/v4/users")
    assert (refused.status_code, refused.json["code"]) == (503, "store-busy")
    assert refused.headers["Retry-After"]
    assert len(b"".join(chunks)) == int(headers["Content-Length"])
    chunks.close()
    assert client.get("/postgres/api/v4/users").status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v4/nodes?limit=2", 200),
        ("/api/v4/nodes/ffff", 404),
        ("/api/v4/nodes?id=x", 400),
        ("/nothing", 404),
        ("/", 200),
    ],
)
def test_an_answer_that_nobody_closes_keeps_no_store_open(path, status, many, make_app):
    """As some servers and middlewares fail to do."""
    app = make_app(settings=replace(many, stores=Stores(open=1), pool=Pool(wait_seconds=0.1)))
    chunks, found, _ = run_wsgi_app(app, create_environ(f"/sqlite{path}"))
    assert found.startswith(str(status))
    assert app.test_client().get("/main/api/v4/users").status_code == 200
    assert b"".join(chunks)


def test_a_fault_that_leaves_the_application_keeps_no_store_open(many, make_app):
    app = make_app(settings=replace(many, stores=Stores(open=1), pool=Pool(wait_seconds=0.1)))
    context = app.extensions["provender"]

    def faulty(environ, start_response):
        with app.request_context(environ):
            context.store()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_wsgi_app(Mounts(faulty, context.mounted), create_environ("/sqlite/"))
    assert app.test_client().get("/main/api/v4/users").status_code == 200
