"""`/server/info` and `/server/statistics`, on every backend."""

from __future__ import annotations

from collections import Counter
from email.utils import parsedate_to_datetime

import pytest

import provender
from provender.settings import Limits, ProfileSettings, Settings

KINDS = {"archive": "core.sqlite_zip", "postgres": "core.psql_dos", "sqlite": "core.sqlite_dos"}


def ok(served, path):
    answer = served.get(f"/api/v4{path}")
    assert answer.status == 200, answer.json
    return answer


def test_what_is_served(on_each, request):
    info = ok(on_each, "/server/info").data["info"]
    server = ok(on_each, "/server").data
    assert info["provender"] == provender.__version__
    assert info["api"] == {"prefix": "/api/v4", "version": "4.1.0"}
    assert info["api_versions"] == {"/api/v4": "4.1.0", "/api/v2": "2.0.0"}
    assert info["store"]["kind"] in KINDS.values()
    assert info["store"]["kind"] == KINDS[request.node.callspec.params["on_each"]]
    assert info["store"]["aiida_version"] == server["AiiDA_version"]
    is_archive = info["store"]["kind"] == KINDS["archive"]
    assert info["store"]["written_as"] == ("main_0001" if is_archive else None)
    assert info["store"]["has_files"] is True
    assert info["store"]["schema"]
    assert info["formats"] == ok(on_each, "/nodes/download_formats").data


def test_limits_are_those_of_the_settings(serve, unpacked):
    limits = Limits(default=7, requests="1000/second", requests_storage="memory://secret")
    served = serve(unpacked / "lab.aiida", name="limited", limits=limits)
    answer = ok(served, "/server/info")
    assert answer.data["info"]["limits"]["default"] == 7
    assert answer.data["info"]["limits"]["requests"] == "1000/second"
    assert b"secret" not in answer.body


def test_nobody_learns_where_a_store_is(on_each):
    body = ok(on_each, "/server/info").body.decode()
    assert str(on_each.store) not in body
    assert "password" not in body


def test_who_wrote_an_archive(on_each):
    told = ok(on_each, "/server/statistics").data["archive"]
    store = ok(on_each, "/server/info").data["info"]["store"]
    keys = ("written_as", "aiida_version", "schema")
    is_archive = store["kind"] == KINDS["archive"]
    assert told == ({key: store[key] for key in keys} if is_archive else None)


def test_how_much_there_is(on_each):
    found = ok(on_each, "/server/statistics").data["statistics"]
    nodes = ok(on_each, "/nodes?orderby=id").rows()
    assert found["nodes"] == ok(on_each, "/nodes?limit=0").total == len(nodes) > 100
    for name in ("groups", "computers", "users"):
        assert found[name] == ok(on_each, f"/{name}?limit=0").total > 0
    times = [row["ctime"] for row in nodes]
    assert found["first_ctime"] == min(times, key=parsedate_to_datetime)
    assert found["last_ctime"] == max(times, key=parsedate_to_datetime)
    months = Counter(f"{parsedate_to_datetime(time):%Y-%m}" for time in times)
    assert found["nodes_by_month"] == dict(months)
    incoming = ok(on_each, "/nodes?link_counts=1").rows()
    assert found["links"] == sum(row["link_counts"]["incoming"] for row in incoming) > 0


def test_all_stores_count_alike(on_archive, on_postgres, on_sqlite):
    first, *others = (
        ok(served, "/server/statistics").data["statistics"]
        for served in (on_archive, on_postgres, on_sqlite)
    )
    for found in others:
        assert {**found, "files": 0, "bytes": 0} == {**first, "files": 0, "bytes": 0}
    assert first["files"] > 0
    assert first["bytes"] > 0


def test_contents_are_counted_once(on_each, unpacked):
    found = ok(on_each, "/server/statistics").data["statistics"]
    assert found["files"] > 0
    held = set()
    for uuid in ok(on_each, "/nodes").column("uuid"):
        files = ok(on_each, f"/nodes/{uuid}/record").data["record"]["files"]
        held |= {(item["sha256"], item["size"]) for item in files}
    assert len(held) > 20
    assert found["files"] >= len(held)
    assert found["bytes"] >= sum(size for _, size in held)


def test_without_a_repository_files_are_not_known(serve, lab_postgres):
    served = serve(lab_postgres, name="no files here")
    found = ok(served, "/server/statistics").data["statistics"]
    assert (found["files"], found["bytes"]) == (None, None)
    assert ok(served, "/server/info").data["info"]["store"]["has_files"] is False


@pytest.mark.parametrize("path", ["/server/info", "/server/statistics"])
@pytest.mark.parametrize("query", ["foo=1", "label=x", "limit=1", "users.email=x", "group=a"])
def test_other_keys_are_refused(path, query, on_each):
    answer = on_each.get(f"/api/v4{path}?{query}")
    assert answer.status == 400
    assert answer.json["message"].startswith("This path takes no key")


@pytest.mark.undescribed("/server/info")
def test_the_older_dialect_has_no_such_paths(on_archive):
    assert on_archive.get("/api/v2/server/info").status == 404


@pytest.mark.undescribed("/server/info", "/server/statistics")
def test_a_profile_that_is_named_answers(make_app, unpacked):
    profiles = {
        "one": ProfileSettings(store="demo"),
        "two": ProfileSettings(store=str(unpacked / "lab.aiida")),
    }
    settings = Settings(default_profile="one", profiles=profiles, profile_switching=True)
    client = make_app(settings=settings).test_client()
    for name in profiles:
        info = client.get(f"/api/v4/server/info?profile={name}").json["data"]["info"]
        assert info["store"]["profile"] == name
        counted = client.get(f"/api/v4/server/statistics?profile={name}").json["data"]
        own = client.get(f"/{name}/api/v4/server/statistics").json["data"]
        assert counted == own
    assert client.get("/api/v4/server/info?profile=three").status_code in (400, 404)
