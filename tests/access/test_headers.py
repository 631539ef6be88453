"""Headers that keep answers where they belong: sites, hosts, and browsers that guess."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from provender.errors import ConfigurationError
from provender.settings import ProfileSettings, Proxy
from support.server import ask
from support.users import bearer

SITE, OTHER = "https://viewer.example.org", "https://evil.example.org"
PATHS = (
    "/",
    "/alive",
    "/ready",
    "/profiles",
    "/api/v4",
    "/api/v4/nodes?limit=1",
    "/api/v4/nodes?nothing=1",
    "/api/v4/nodes/zz",
    "/nothing",
    "/api/v4//nodes",
    "/api/v4/querybuilder",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT"])
def test_no_browser_guesses_what_an_answer_is_or_tells_its_url(on_archive, path, method):
    answer = on_archive.get(path, method=method)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_an_unexpected_error_and_a_304_have_the_headers_too(on_archive):
    first = on_archive.get("/api/v4/nodes?limit=1")
    known = on_archive.get(
        "/api/v4/nodes?limit=1", headers={"If-None-Match": first.headers["etag"]}
    )
    assert known.status == 304
    assert known.headers["x-content-type-options"] == "nosniff"


def test_a_file_is_never_shown_as_a_page_of_the_server(on_materials):
    nodes = on_materials.get('/api/v4/nodes?node_type="data.core.upf.UpfData."&limit=1').rows()
    base = f"/api/v4/nodes/{nodes[0]['uuid']}"
    (file,) = on_materials.get(f"{base}/repo/list").data["repo_list"]
    name = file["name"]
    found = [
        on_materials.get(f'{base}/repo/contents?filename="{name}"'),
        on_materials.get(f'{base}/repo/contents?filename="{name}"', headers={"Range": "bytes=0-9"}),
        on_materials.get(f"{base}/download?download_format=json"),
    ]
    assert [answer.status for answer in found] == [200, 206, 200]
    for answer in found:
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"


# Hosts


@pytest.mark.parametrize("host", ["", "<x>", "a b", "a/b", "a@b", "[1", "a:b", "a:123456", "ä"])
def test_a_malformed_host_is_a_400_that_repeats_nothing(on_archive, host):
    path = "/api/v4/nodes/page/2?perpage=3"
    answer = on_archive.app.test_client().get(path, headers={"Host": host})
    assert (answer.status_code, answer.json["code"]) == (400, "bad-request")
    assert "Link" not in answer.headers


@pytest.mark.parametrize(
    "host",
    [
        "a.example",
        "a.example:8080",
        "127.0.0.1",
        "[::1]:5000",
        "A.Example",
        "xn--bcher-kva",
        "xn--fiqs8s",
    ],
)
def test_links_name_the_host_that_was_asked(on_archive, host):
    path = "/api/v4/nodes/page/2?perpage=3"
    answer = on_archive.app.test_client().get(path, headers={"Host": host})
    targets = re.findall(r"<(http://[^/>]*)/", answer.headers["Link"])
    assert len(targets) == 4
    assert {target.lower() for target in targets} == {f"http://{host}".lower()}


def test_a_trusted_host_is_answered_and_no_other(settings, data, make_app):
    chosen = replace(settings, trusted_hosts=("lab.example.org", ".lab.example.org"))
    client = make_app(store=data / "lab.aiida", settings=chosen).test_client()
    for host, status in {
        "lab.example.org": 200,
        "lab.example.org:8000": 200,
        "a.lab.example.org": 200,
        "127.0.0.1": 400,
        "lab.example.org.evil.example": 400,
        "evillab.example.org": 400,
    }.items():
        for path in ("/api/v4/users", "/", "/profiles"):
            assert client.get(path, headers={"Host": host}).status_code == status, (host, path)
        assert client.options("/", headers={"Host": host}).status_code == status
        assert client.get("/nothing", headers={"Host": host}).status_code == (
            404 if status == 200 else 400
        )
        for probe in ("/alive", "/ready"):
            assert client.get(probe, headers={"Host": host}).status_code == 200


def test_the_host_that_a_trusted_proxy_tells_is_the_one_that_counts(settings, data, make_app):
    chosen = replace(settings, trusted_hosts=("a.example",), proxy=Proxy(trusted=("127.0.0.1",)))
    client = make_app(store=data / "lab.aiida", settings=chosen).test_client()
    told = {"Host": "inner", "X-Forwarded-Host": "a.example"}
    assert client.get("/api/v4/users", headers=told).status_code == 200
    told = {"Host": "a.example", "X-Forwarded-Host": "b.example"}
    assert client.get("/api/v4/users", headers=told).status_code == 400


# Web sites


def preflight(site):
    return {
        "Origin": site,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }


@pytest.fixture
def named(shared, make_app):
    return make_app(settings=replace(shared, cors=(SITE, "http://[::1]:3000"))).test_client()


def test_scripts_of_named_sites_only_read_answers(named, users):
    reader = bearer(users.reader)
    for path, headers in (("/api/v4/users", {}), ("/lab/api/v4/users", reader), ("/nothing", {})):
        for site, may in ((SITE, True), (OTHER, False), (f"{SITE}.evil.example", False)):
            answer = named.get(path, headers=headers | {"Origin": site})
            assert answer.headers.get("Access-Control-Allow-Origin") == (site if may else None)
            assert "Origin" in answer.headers["Vary"]
            asked = named.options(path, headers=preflight(site))
            assert asked.headers.get("Access-Control-Allow-Origin") == (site if may else None)
            assert "Access-Control-Allow-Credentials" not in asked.headers
        plain = named.get(path, headers=headers)
        assert "Access-Control-Allow-Origin" not in plain.headers
        assert "Origin" in plain.headers["Vary"]
    answer = named.get("/api/v4/users", headers={"Origin": "http://[::1]:3000"})
    assert answer.headers["Access-Control-Allow-Origin"] == "http://[::1]:3000"


def test_a_star_never_covers_a_guarded_profile(shared, make_app, users):
    client = make_app(settings=replace(shared, cors=("*", SITE))).test_client()
    reader = bearer(users.reader)
    for path, headers in (
        ("/lab/api/v4/users", reader),
        ("/lab/api/v4/users", {}),
        ("/lab/api/v4/nodes?limit=x", reader),
        ("/lab/api/v4/nodes/zz", reader),
        ("/nix/", {}),
        ("/metrics", {}),
    ):
        for site in (OTHER, "null", ""):
            for answer in (
                client.get(path, headers=headers | {"Origin": site}),
                client.get(path, headers=headers),
                client.options(path, headers=preflight(site)),
            ):
                found = [name for name, _ in answer.headers if name.startswith("Access-Control-")]
                assert found == [], (path, site)
        answer = client.get(path, headers=headers | {"Origin": SITE})
        assert answer.headers["Access-Control-Allow-Origin"] == SITE
        asked = client.options(path, headers=preflight(SITE))
        assert asked.headers["Access-Control-Allow-Origin"] == SITE
    opened = client.get("/api/v4/users", headers={"Origin": OTHER})
    assert opened.headers["Access-Control-Allow-Origin"] in ("*", OTHER)


def test_no_site_may_read_where_none_is_named(settings, data, make_app):
    client = make_app(store=data / "lab.aiida", settings=replace(settings, cors=())).test_client()
    for headers in ({}, {"Origin": SITE}):
        answer = client.get("/api/v4/users", headers=headers)
        assert answer.status_code == 200
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    "site", ["example.org", "https://a.example/", "https://*.a.example", "null"]
)
def test_a_site_is_a_scheme_and_a_host(settings, data, make_app, site):
    with pytest.raises(ConfigurationError, match="origin"):
        make_app(store=data / "lab.aiida", settings=replace(settings, cors=(site,)))


def test_a_profile_of_nobody_is_not_for_scripts(settings, data, make_app):
    profiles = {"lab": ProfileSettings(str(data / "lab.aiida"), readers=())}
    client = make_app(settings=replace(settings, profiles=profiles)).test_client()
    answer = client.get("/", headers={"Origin": SITE})
    assert answer.status_code == 401
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_real_server_sends_the_same(on_archive):
    answer = ask(f"{on_archive.root}/api/v4/users", headers={"Origin": SITE})
    assert answer.headers["access-control-allow-origin"] in ("*", SITE)
