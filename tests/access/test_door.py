"""Guarded profiles: every route, method and mount, over real HTTP, beside an open profile."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace

import pytest

import provender
from provender.errors import ConfigurationError
from provender.settings import Access, ProfileSettings, Proxy
from provender.store.selection import select
from provender.web.access import accounts
from provender.web.dialects import DIALECTS
from support.server import ask, serving
from support.users import PASSWORD, basic, bearer

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND")
QUERY = json.dumps({"path": [{"entity_type": "user"}]}).encode()
# Paths of an application that are not those of a profile.
OPEN = ("/alive", "/ready")


@pytest.fixture(scope="module")
def root(shared):
    """Root URL of a server of an open profile and a guarded one."""
    app = provender.create_app(settings=shared)
    with serving(app) as url:
        yield url
    app.extensions["provender"].stores.close()


@pytest.fixture(scope="module")
def closed(shared):
    """Root URL of a server whose default profile is guarded."""
    app = provender.create_app(settings=replace(shared, default_profile="lab"))
    with serving(app) as url:
        yield url
    app.extensions["provender"].stores.close()


def below(root):
    """Return every path of a profile: pages, the routes of all dialects, and none."""
    filled = [("<id>", "1"), ("<int:page>", "1")]
    found = [
        "",
        "/",
        "/docs",
        "/docs/",
        "/docs//x",
        "/api",
        "/api/",
        "/api/nothing",
        "/nothing",
        "//",
        "/api/v4//nodes",
    ]
    for dialect in DIALECTS:
        for route in dialect.routes:
            path = dialect.prefix + route.path
            for part, value in filled:
                path = path.replace(part, value)
            found.append(path)
    assert len(found) > 300
    return found


def same(answer):
    """Return what must not differ between two refusals."""
    volatile = ("x-request-id", "date")
    return (
        answer.status,
        {name: value for name, value in answer.headers.items() if name not in volatile},
        answer.body,
    )


def test_every_route_and_method_of_a_guarded_profile_is_refused_like_an_unknown_one(root):
    expected = {method: same(ask(f"{root}/unknown/", method)) for method in METHODS}
    assert {found[0] for found in expected.values()} == {401}
    assert {found[2] for method, found in expected.items() if method != "HEAD"} == {
        expected["GET"][2]
    }
    for number, path in enumerate(below(root)):
        methods = METHODS if number % 20 == 0 else ("GET", "POST")
        for name in ("lab", "unknown"):
            for method in methods:
                body = QUERY if method == "POST" else None
                found = same(ask(f"{root}/{name}{path}", method, body=body))
                assert found == expected[method], (name, path, method)


def test_a_refusal_says_how_to_tell_who_asks_and_is_kept_by_no_shared_cache(root):
    answer = ask(f"{root}/lab/api/v4/nodes")
    assert answer.json["code"] == "unauthorized"
    assert "lab" not in answer.body.decode()
    challenge = answer.headers["www-authenticate"]
    assert challenge in ('Basic realm="Provender"', 'Bearer realm="Provender"')
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "Authorization" in answer.headers["vary"]


def test_every_route_of_a_guarded_default_profile_is_refused(closed):
    expected = same(ask(f"{closed}/unknown/"))
    paths = [path for path in below(closed) if path.startswith(("/api", "//"))] + ["/", "/docs"]
    for path in paths:
        assert same(ask(f"{closed}{path}")) == expected, path
    for path in (*OPEN, "/profiles"):
        assert ask(f"{closed}{path}").status == 200
    style = re.search(r'href="(/assets/[^"]+)"', ask(f"{closed}/free/").body.decode())[1]
    answer = ask(f"{closed}{style}")
    assert (answer.status, answer.headers.get("vary")) == (200, "Accept-Encoding")
    assert answer.headers["cache-control"].startswith("public")
    assert ask(f"{closed}/free/api/v4/users").status == 200


def test_readers_get_every_answer_and_nobody_else(root, users):
    outsider = bearer(users.collector)
    for path in ("/lab/", "/lab/api/v4/nodes?limit=1", "/lab/api/v2/users", "/lab/api/v4/"):
        for headers in (users.alice, bearer(users.reader)):
            assert ask(root + path, headers=headers).status == 200, path
        for headers in (outsider, basic("alice", "wrong"), bearer("x"), {"Authorization": "Basic"}):
            assert ask(root + path, headers=headers).status in (401, 429), path
    posted = ask(
        f"{root}/lab/api/v4/querybuilder", "POST", headers=bearer(users.reader), body=QUERY
    )
    assert posted.status == 200


def test_the_open_profile_is_answered_as_ever(root):
    for path in ("/", "/api/v4/users", "/free/api/v4/users", "/free/"):
        assert ask(root + path).status == 200
    answer = ask(f"{root}/free/api/v4/users", headers=bearer("of somebody else"))
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-cache")
    assert ask(f"{root}/free/api/v4/nothing").status == 404


def test_lists_have_the_profiles_that_one_may_read(root, users):
    listed = ask(f"{root}/profiles")
    assert [one["name"] for one in listed.data["profiles"]] == ["free"]
    assert (listed.total, "Authorization" in listed.headers["vary"]) == (1, True)
    listed = ask(f"{root}/profiles", headers=bearer(users.reader))
    assert [one["name"] for one in listed.data["profiles"]] == ["free", "lab"]


def test_the_plain_page_lists_the_profiles_that_one_may_read(shared, make_app, users):
    client = make_app(settings=replace(shared, explorer=False)).test_client()
    assert "lab" not in client.get("/").text
    assert "/lab/" in client.get("/", headers=bearer(users.reader)).text
    assert "lab" not in client.get("/", headers=bearer(users.collector)).text


def test_answers_of_a_guarded_profile_stay_out_of_shared_caches(root, users):
    reader = bearer(users.reader)
    first = ask(f"{root}/lab/api/v4/nodes?limit=1", headers=reader)
    assert first.headers["cache-control"] == "private, no-cache"
    assert "Authorization" in first.headers["vary"]
    known = {"If-None-Match": first.headers["etag"]}
    again = ask(f"{root}/lab/api/v4/nodes?limit=1", headers=reader | known)
    assert (again.status, again.headers["cache-control"]) == (304, "private, no-cache")
    for headers in ({}, known, {"If-None-Match": "*"}):
        assert ask(f"{root}/lab/api/v4/nodes?limit=1", headers=headers).status == 401
    for answer in (first, again):
        assert "access-control-allow-credentials" not in answer.headers


def test_a_preflight_needs_no_credentials_and_tells_nothing(root):
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    for path in ("/", "/api/v4/nodes", "/api/v4/nothing", "/nothing", "/api/v4//nodes", ""):
        known, unknown = (
            same(ask(f"{root}/{name}{path}", "OPTIONS", headers=asked)) for name in ("lab", "nix")
        )
        known, unknown = (json.loads(json.dumps(found[:2])) for found in (known, unknown))
        for found in (known, unknown):
            found[1].pop("location", None)
            found[1].pop("content-length", None)
        assert known == unknown, path
        assert known[0] in (200, 308, 404)
        assert "access-control-allow-origin" not in known[1], path


def test_metrics_have_readers_of_their_own(root, users):
    for path in ("/metrics", "/metrics/", "//metrics", "///metrics/"):
        for headers in ({}, bearer(users.reader), users.alice):
            assert ask(root + path, headers=headers).status == 401, path
        assert ask(root + path, "POST").status == 401
    answer = ask(f"{root}/metrics", headers=bearer(users.collector))
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")


def test_metrics_without_readers_are_for_nobody_where_a_profile_is_guarded(shared, make_app, users):
    settings = replace(shared, access=Access(file=users.file))
    client = make_app(settings=settings).test_client()
    for headers in ({}, bearer(users.reader), bearer(users.collector)):
        assert client.get("/metrics", headers=headers).status_code == 401
    profiles = {"free": shared.profiles["free"]}
    client = make_app(settings=replace(settings, profiles=profiles)).test_client()
    assert client.get("/metrics").status_code == 200


def test_where_only_metrics_are_guarded_the_profiles_are_as_ever(shared, make_app, users):
    profiles = {name: replace(one, readers=None) for name, one in shared.profiles.items()}
    client = make_app(settings=replace(shared, profiles=profiles)).test_client()
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers=bearer(users.collector)).status_code == 200
    assert client.get("/nix/").json["code"] == "unknown-profile"
    assert client.get("/nix/api/v4/users").status_code == 404
    for path in ("/lab/api/v4/users", "/", "/profiles"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "Authorization" not in answer.headers.get("Vary", "")


def test_a_query_that_names_a_profile_is_checked_whatever_its_form(shared, make_app, users):
    client = make_app(settings=replace(shared, profile_switching=True)).test_client()
    reader = bearer(users.reader)
    for path in ("/api/v4/nodes?", "/api/v2/nodes?", "/api/v4/nodes/1?", "/free/api/v4/nodes?"):
        for name in ("lab", "nix"):
            for form in (f"profile={name}", f'profile="{name}"', f"limit=1&%70rofile={name}"):
                answer = client.get(path + form)
                expected = 400 if path.startswith("/free") else 401
                assert answer.status_code == expected, (path, form)
    for form in ("profile=lab", 'profile="lab"', "nonsense(&profile=lab"):
        answer = client.post(f"/api/v4/querybuilder?{form}", data=QUERY)
        assert answer.status_code == 401, form
        answer = client.post(f"/api/v4/querybuilder?{form}", data=QUERY, headers=reader)
        assert answer.status_code == 200, form
    assert client.get("/api/v4/nodes?profile=lab&limit=1", headers=reader).status_code == 200
    assert client.get("/api/v4/nodes?profile=nix", headers=reader).status_code == 401
    assert client.get("/api/v4/nodes?profile=free&limit=1").status_code == 200


def test_a_guarded_profile_in_a_posted_path_keeps_the_answer_private(shared, make_app, users):
    client = make_app(settings=replace(shared, profile_switching=True)).test_client()
    path = "/api/v4/nodes/1/repo/contents?filename=a&profile=lab"
    headers = bearer(users.reader) | {"Origin": "https://a.example"}
    made = client.post("/api/v4/download_links", json={"path": path}, headers=headers)
    assert made.status_code == 200
    assert "sig=" in made.json["data"]["url"]
    assert made.headers["Cache-Control"].startswith("private")
    assert "Access-Control-Allow-Origin" not in made.headers


def test_a_guarded_profile_is_refused_where_none_is_the_default(shared, make_app):
    guarded = replace(shared, profiles={"lab": shared.profiles["lab"]}, default_profile=None)
    chosen = select(guarded)
    selection = replace(chosen, profiles=replace(chosen.profiles, default=None))
    client = make_app(settings=guarded, selection=selection).test_client()
    assert client.get("/api/v4/users").status_code == 401


def test_scripts_of_other_sites_read_no_list_of_a_user(shared, make_app, users):
    client = make_app(settings=shared).test_client()
    site = {"Origin": "https://a.example"}
    for path in ("/", "/profiles"):
        assert "Access-Control-Allow-Origin" in client.get(path, headers=site).headers
        answer = client.get(path, headers=site | bearer(users.reader))
        assert answer.status_code == 200
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_an_open_profile_can_be_asked_where_the_default_one_is_guarded(shared, make_app):
    settings = replace(shared, profile_switching=True, default_profile="lab")
    client = make_app(settings=settings).test_client()
    assert client.get("/api/v4/nodes?profile=free&limit=1").status_code == 200
    assert client.get("/api/v4/nodes?limit=1").status_code == 401
    posted = client.post("/api/v4/querybuilder?profile=free", data=QUERY)
    assert posted.status_code == 200


def test_without_paths_of_profiles_unknown_names_are_refused_too(shared, make_app):
    client = make_app(settings=replace(shared, profile_paths=False)).test_client()
    answers = [client.get(path) for path in ("/lab/", "/nix/", "/lab/api/v4/users", "/lab", "/x/y")]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.data for answer in answers}) == 1


def test_what_is_ready_names_no_store_where_some_are_hidden(shared, make_app, tmp_path, caplog):
    gone = {
        name: replace(item, store=str(tmp_path / f"{name}.aiida"))
        for name, item in shared.profiles.items()
    }
    answer = make_app(settings=replace(shared, profiles=gone)).test_client().get("/ready")
    assert answer.status_code == 503
    assert "lab" not in answer.text


@pytest.mark.undescribed("/api/x")
def test_routes_of_an_extension_are_those_of_the_default_profile(shared, make_app, users):
    for default, status in (("free", 200), ("lab", 401)):
        app = make_app(settings=replace(shared, default_profile=default))
        app.add_url_rule("/own", "own", lambda: "mine")
        app.add_url_rule("/own/<path:rest>", "deep", lambda rest: rest)
        client = app.test_client()
        for path in ("/own", "/own/api/x"):
            assert client.get(path).status_code == status
            assert client.head(path).status_code == status
        assert client.post("/own").status_code == (405 if status == 200 else 401)
        for path in ("/own", "/own/api/x"):
            assert client.get(path, headers=bearer(users.reader)).status_code == 200


def test_what_never_changes_may_be_kept_by_who_may_read_it(shared, make_app, users):
    app = make_app(settings=replace(shared, default_profile="lab"))
    rules = {"/fixed": "public, max-age=60, immutable", "/secret": "no-store", "/plain": ""}
    for path, rule in rules.items():
        headers = {"Cache-Control": rule} if rule else {}
        app.add_url_rule(path, path[1:], lambda headers=headers: ("", headers))
    client, reader = app.test_client(), bearer(users.reader)
    found = [client.get(path, headers=reader).headers["Cache-Control"] for path in rules]
    assert found == ["private, max-age=60, immutable", "no-store", "private, no-cache"]


def test_decorators_still_run_behind_the_door(shared, make_app, users):
    seen = []

    def note(view):
        def noted(*values, **parts):
            seen.append(view)
            return view(*values, **parts)

        return noted

    client = make_app(settings=shared, get_decorators=[note]).test_client()
    assert client.get("/lab/api/v4/users").status_code == 401
    assert seen == []
    assert client.get("/lab/api/v4/users", headers=bearer(users.reader)).status_code == 200
    assert len(seen) == 1


def test_a_store_that_is_named_outright_has_the_readers_of_all(settings, data, make_app, users):
    access = Access(file=users.file, readers=("reader",))
    chosen = replace(settings, access=access, profiles={"lab": ProfileSettings("x", readers=())})
    client = make_app(store=data / "lab.aiida", settings=chosen).test_client()
    assert client.get("/api/v4/users").status_code == 401
    assert client.get("/api/v4/users", headers=users.alice).status_code == 401
    assert client.get("/api/v4/users", headers=bearer(users.reader)).status_code == 200


def test_without_readers_nothing_is_guarded_and_nothing_is_added(settings, data, make_app):
    app = make_app(store=data / "lab.aiida", settings=settings)
    assert app.extensions["provender"].door is None
    answer = app.test_client().get("/nowhere")
    assert (answer.status_code, answer.json["code"]) == (404, "unknown-profile")


def test_an_empty_list_of_readers_is_for_nobody(settings, data, make_app, users):
    profiles = {"lab": ProfileSettings(str(data / "lab.aiida"), readers=())}
    chosen = replace(settings, profiles=profiles, access=Access(file=users.file))
    client = make_app(settings=chosen).test_client()
    assert client.get("/api/v4/users", headers=bearer(users.reader)).status_code == 401


def test_known_users_read_what_names_none_but_not_the_collector(settings, data, make_app, users):
    access = Access(file=users.file, readers=("known",), metrics=("collector",))
    chosen = replace(settings, archives=(data,), default_profile="lab", access=access)
    client = make_app(settings=chosen).test_client()
    for name in ("lab", "materials"):
        path = f"/{name}/api/v4/users"
        assert client.get(path, headers=bearer(users.reader)).status_code == 200
        assert client.get(path, headers=bearer(users.collector)).status_code == 401
        assert client.get(path).status_code == 401


# The file of users


def copied(users, tmp_path):
    file = tmp_path / "users"
    file.write_bytes(users.file.read_bytes())
    return file


def test_a_file_that_is_gone_or_broken_lets_nobody_in(shared, make_app, users, tmp_path):
    file, reader = copied(users, tmp_path), bearer(users.reader)
    access = replace(shared.access, file=file)
    client = make_app(settings=replace(shared, access=access)).test_client()

    def status():
        return client.get("/lab/api/v4/users", headers=reader).status_code

    content = file.read_bytes()
    assert status() == 200
    file.unlink()
    assert status() == 401
    file.mkdir()
    assert status() == 401
    file.rmdir()
    os.mkfifo(file)
    assert status() == 401
    file.unlink()
    file.write_bytes(b"\xff\xfe nonsense\nreader:sha256:12\n:\n")
    assert status() == 401
    file.write_bytes(content)
    assert status() == 200
    file.write_bytes(content + b"# " + b"x" * accounts.LARGEST + b"\n")
    assert status() == 401


def test_a_token_and_a_password_are_taken_away_at_once(shared, make_app, users, tmp_path):
    file = copied(users, tmp_path)
    access = replace(shared.access, file=file)
    client = make_app(settings=replace(shared, access=access)).test_client()
    everybody = (bearer(users.reader), users.alice)
    for headers in everybody:
        assert client.get("/lab/api/v4/users", headers=headers).status_code == 200
    file.write_text("# nobody\n")
    for headers in everybody:
        assert client.get("/lab/api/v4/users", headers=headers).status_code == 401
    accounts.add_password(file, "alice", "another")
    assert client.get("/lab/api/v4/users", headers=users.alice).status_code == 401
    changed = client.get("/lab/api/v4/users", headers=basic("alice", "another"))
    assert changed.status_code == 200


def test_a_file_holds_no_secret_and_is_private(users):
    text = users.file.read_text()
    assert PASSWORD not in text
    assert users.reader not in text
    assert users.file.stat().st_mode & 0o777 == 0o600
    assert text.count("\n") == 4
    assert text.count("links:key:") == 1


def test_a_file_that_is_no_file_of_users_does_not_fill_the_log(tmp_path, caplog):
    file = tmp_path / "users"
    file.write_text("nonsense\n" * 10_000)
    assert accounts.AccountFile(file).current().names == frozenset()
    assert "; line 5 has neither a password nor a token of a known kind; 9995 more" in caplog.text
    assert len(caplog.text) < 1000


def test_a_line_that_is_being_written_does_not_count():
    whole = b"reader:sha256:" + b"ab" * 32 + b"\n"
    assert accounts.parse(whole).names == {"reader"}
    assert accounts.parse(whole[:-1]).names == frozenset()
    assert accounts.parse(whole[:-1] + whole).faults


@pytest.mark.parametrize("name", ["anyone", "known", "a:b", "", "a b", "-a", "a" * 129, "ä"])
def test_a_user_has_a_name_that_can_be_sent_and_written(name, tmp_path):
    with pytest.raises(ConfigurationError):
        accounts.add_token(tmp_path / "users", name)
    assert not (tmp_path / "users").exists()


# A web server in front that names the user


@pytest.fixture
def behind(shared, make_app):
    access = replace(shared.access, header="X-Remote-User", trusted=("10.0.0.1",))
    proxy = Proxy(trusted=("10.0.0.1", "10.0.0.2"))
    return make_app(settings=replace(shared, access=access, proxy=proxy)).test_client()


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("10.0.0.1", {"X-Remote-User": "alice"}, 200),
        ("10.0.0.1", {"X-Remote-User": "alice", "X-Forwarded-For": "192.0.2.9"}, 200),
        ("10.0.0.1", {"X-Remote-User": "collector"}, 401),
        ("10.0.0.1", {"X-Remote-User": "alice,alice"}, 401),
        ("10.0.0.1", {"X-Remote-User": "known"}, 401),
        ("10.0.0.1", {}, 401),
        ("10.0.0.2", {"X-Remote-User": "alice", "X-Forwarded-For": "10.0.0.1"}, 401),
        ("192.0.2.9", {"X-Remote-User": "alice", "X-Forwarded-For": "10.0.0.1"}, 401),
        ("", {"X-Remote-User": "alice"}, 401),
    ],
)
def test_only_a_trusted_web_server_names_the_user(behind, peer, headers, status):
    answer = behind.get(
        "/lab/api/v4/users", headers=headers, environ_overrides={"REMOTE_ADDR": peer}
    )
    assert answer.status_code == status


def test_a_wrong_address_of_a_web_server_stops_the_start(shared, make_app):
    access = replace(shared.access, header="X-Remote-User", trusted=("nowhere",))
    with pytest.raises(ConfigurationError, match=r"access\.trusted"):
        make_app(settings=replace(shared, access=access))
