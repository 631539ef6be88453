"""Signed links to files: no credentials are needed, for five minutes and for one file."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import replace
from urllib.parse import quote, urlsplit

import pytest

import provender
from provender.settings import Access
from provender.web.access import accounts
from provender.web.access.signatures import VALID, Target
from support.server import ask, serving
from support.users import bearer

LINKS = "/api/v4/download_links"


@pytest.fixture(scope="module")
def app(shared):
    made = provender.create_app(settings=replace(shared, profile_switching=True))
    yield made
    made.extensions["provender"].stores.close()


@pytest.fixture(scope="module")
def root(app):
    with serving(app) as url:
        yield url


@pytest.fixture(scope="module")
def file(root, users):
    """Path of a stored file of the guarded profile."""
    reader = bearer(users.reader)
    listed = ask(f"{root}/lab/api/v4/nodes?limit=400&orderby=id", headers=reader).rows()
    for row in listed:
        path = f"/api/v4/nodes/{row['uuid']}/repo"
        found = ask(f"{root}/lab{path}/list", headers=reader).data["repo_list"]
        names = [item["name"] for item in found if item["type"] == "FILE"]
        if names:
            return f'{path}/contents?filename="{names[0]}"'
    raise AssertionError("no node has a file")


def link(root, path, users, mount="/lab"):
    body = json.dumps({"path": path}).encode()
    return ask(f"{root}{mount}{LINKS}", "POST", headers=bearer(users.reader), body=body)


def test_a_link_opens_its_file_without_credentials(root, file, users):
    answer = link(root, file, users)
    assert answer.status == 200
    url, ends = answer.data["url"], answer.data["expires"]
    assert url.startswith(f"{root}/lab/api/v4/nodes/")
    assert ends.endswith("+00:00")
    plain = ask(f"{root}/lab{file}", headers=bearer(users.reader))
    signed = ask(url)
    assert (signed.status, signed.body) == (200, plain.body)
    assert signed.headers["etag"] == plain.headers["etag"]
    assert signed.headers["cache-control"] == "private, no-cache"
    assert ask(url, "HEAD").status == 200
    assert ask(url, headers={"Range": "bytes=0-0"}).status == 206
    assert ask(url, headers={"If-None-Match": signed.headers["etag"]}).status == 304


@pytest.mark.parametrize("path", ["/nodes/export?fields=uuid", "/nodes/archive.zip?id=1"])
def test_tables_and_zips_have_links(root, users, path):
    plain = ask(f"{root}/lab/api/v4{path}", headers=bearer(users.reader))
    signed = ask(link(root, f"/api/v4{path}", users).data["url"])
    assert (signed.status, signed.body) == (200, plain.body)
    assert len(signed.body) > 100


def test_a_link_is_for_nothing_else(root, file, users):
    url = link(root, file, users).data["url"]
    head, _, signature = url.rpartition("&sig=")
    until, _, mark = signature.partition(".")
    others = [
        f"{url}x",
        f"{head}&sig={int(until) + 1}.{mark}",
        f"{head}&sig={until}.{mark[::-1]}",
        f"{head}x&sig={signature}",
        f"{head}&metadata=1&sig={signature}",
        url.replace("/contents", "/list"),
        url.replace("/lab/", "/free/"),
        url.replace("/lab/", "/nix/"),
        url.replace("/lab/", "/"),
        f"{root}/lab/api/v4/users?sig={signature}",
        f"{root}/lab/?sig={signature}",
        f"{head}&sig=0.{mark}",
        f"{head}&sig=",
        f"{head}&sig={signature}&a=1",
    ]
    for other in others:
        assert ask(other).status in (400, 401, 404), other
    for method in ("POST", "PUT", "DELETE"):
        assert ask(url, method).status == 401


def test_a_link_ends_after_five_minutes():
    key, target = b"k" * 32, Target("lab", "/p", "q")
    now = int(time.time())
    assert target.is_signed(key, target.sign(key, now + VALID - 5))
    assert not target.is_signed(key, target.sign(key, now - 1))
    assert not target.is_signed(key, target.sign(key, now + VALID + 60))  # never made by us
    assert not target.is_signed(b"another", target.sign(key, now + 100))
    assert not Target("lab", "/p", "q2").is_signed(key, target.sign(key, now + 100))


def test_every_process_takes_the_links_of_the_others_and_none_after_a_change(
    shared, make_app, file, users, tmp_path
):
    copy = tmp_path / "users"
    copy.write_bytes(users.file.read_bytes())
    settings = replace(shared, access=replace(shared.access, file=copy))
    one, other = (make_app(settings=settings).test_client() for _ in range(2))
    made = one.post(f"/lab{LINKS}", json={"path": file}, headers=bearer(users.reader))
    parts = urlsplit(made.json["data"]["url"])
    assert other.get(f"{parts.path}?{parts.query}").status_code == 200
    accounts.add_token(copy, "newcomer")
    assert other.get(f"{parts.path}?{parts.query}").status_code == 401


def test_only_a_reader_gets_a_link(root, file, users):
    body = json.dumps({"path": file}).encode()
    for headers in ({}, bearer(users.collector), bearer("x")):
        assert ask(f"{root}/lab{LINKS}", "POST", headers=headers, body=body).status == 401
    # The path names the profile that the link is for.
    other = json.dumps({"path": f"{file}&profile=lab"}).encode()
    assert ask(f"{root}{LINKS}", "POST", body=other).status == 401
    made = ask(f"{root}{LINKS}", "POST", body=other, headers=bearer(users.reader))
    assert made.status == 200
    assert ask(made.data["url"]).status == 200
    assert ask(made.data["url"].replace("profile=lab", "profile=free")).status in (400, 404)


def test_an_open_profile_gives_plain_links(root, users):
    row = ask(f"{root}/free/api/v4/nodes?limit=1").rows()[0]
    path = f"/api/v4/nodes/{row['uuid']}/download?download_format=json"
    answer = link(root, path, users, "/free")
    assert answer.data == {"url": f"{root}/free{path}", "expires": None}


def test_without_any_guard_links_are_plain_and_sig_is_no_key(data, make_app):
    client = make_app(store=data / "lab.aiida").test_client()
    path = "/api/v4/nodes/1/repo/contents?filename=a"
    answer = client.post(LINKS, json={"path": path})
    assert answer.json["data"] == {"url": f"http://localhost{path}", "expires": None}
    mark = f"sig=1.{'a' * 43}"
    assert client.get(f"/api/v4/nodes?{mark}").status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/api/v4/nodes",
        "/api/v4/nodes/1/repo/list",
        "/api/v4/nodes/1/contents/attributes",
        "/",
        "",
        "/nothing",
        "/metrics",
        "http://a.example/api/v4/nodes/1/repo/contents",
        "/lab/api/v4/nodes/1/repo/contents",
        "/api/v4/querybuilder",
    ],
)
def test_only_files_have_links(root, users, path):
    answer = link(root, path, users)
    assert (answer.status, answer.json["code"]) == (400, "bad-request"), answer.body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"path": 5}',
        b'{"path": null}',
        b'"x"',
        b"\xff",
        b"[" * 5000,
        b"1e999",
        b'{"path": "\\ud800"}',
    ],
)
def test_a_wrong_body_is_a_400(root, users, body):
    answer = ask(f"{root}/lab{LINKS}", "POST", headers=bearer(users.reader), body=body)
    assert (answer.status, answer.json["code"]) == (400, "bad-request")


def test_names_with_odd_letters_stay_what_they_are(root, users):
    name = 'ü "&sig=1.x" %25 #?'
    path = f"/api/v4/nodes/00000000/repo/contents?filename={quote(json.dumps(name))}"
    url = link(root, path, users).data["url"]
    assert ask(url).status in (400, 404)  # past the door
    assert ask(url.replace("00000000", "00000001")).status == 401


def test_a_file_without_secrets_signs_nothing(shared, make_app, file, tmp_path):
    access = Access(header="X-Remote-User", trusted=("127.0.0.1",))
    client = make_app(settings=replace(shared, access=access)).test_client()
    alice = {"X-Remote-User": "alice"}
    assert client.get("/lab/api/v4/users", headers=alice).status_code == 200
    refused = client.post(f"/lab{LINKS}", json={"path": file}, headers=alice)
    assert refused.status_code == 400
    assert "`access.file`" in refused.json["hint"]
    assert client.post(f"/lab{LINKS}", json={"path": file}).status_code == 401


def test_nobody_can_make_the_key_of_links_from_what_he_knows(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    token = accounts.add_token(one, "viewer")
    known = f"viewer:sha256:{accounts.digest(token).hex()}\n".encode()
    assert accounts.parse(known).key is None
    made = accounts.parse(one.read_bytes())
    assert made.names == {"viewer"}
    assert made.faults == ()
    assert made.key is not None
    other.write_bytes(known)
    accounts.add_password(other, "alice", "secret")
    added = accounts.parse(other.read_bytes())
    assert added.names == {"viewer", "alice"}
    assert added.key not in (None, made.key)


def test_no_secret_is_in_the_log(app, file, users, caplog):
    client = app.test_client()
    caplog.set_level(logging.DEBUG, "provender")
    made = client.post(f"/lab{LINKS}", json={"path": file}, headers=bearer(users.reader))
    parts = urlsplit(made.json["data"]["url"])
    mark = parts.query.rpartition("sig=")[2]
    spelled = (f"limit=1;sig={mark}", f"SIG={mark}", f"limit=1&s%69g={mark}", f"a=1%26sig%3D{mark}")
    for query in (parts.query, f"limit=1&sig={mark}", f"sig={mark}&limit=x", *spelled):
        for path in (parts.path, "/api/v4/nodes", "/lab/api/v4/nodes", "/nix/"):
            answer = client.get(f"{path}?{query}", buffered=True)
            assert answer.status_code in (200, 400, 401)
    client.get("/lab/api/v4/nodes", headers=bearer("a secret that is wrong"), buffered=True)
    text = caplog.text
    assert text.count("GET ") >= 29
    for secret in (mark.partition(".")[2], users.reader, "a secret that is wrong"):
        assert secret not in text
