"""Databases that go away and come back, and faults of our own."""

from __future__ import annotations

import logging
import shutil

import pytest

from provender.settings import Cache, Limits, Settings
from support import postgres


def test_a_database_that_goes_away_is_a_503_and_the_server_recovers(lab_copy, cluster, make_app):
    client = make_app(store=lab_copy, settings=Settings()).test_client()
    assert client.get("/api/v4/nodes?limit=1").status_code == 200
    name = lab_copy.partition("?")[0].rpartition("/")[2]
    postgres.run(
        cluster,
        f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
    )
    answer = client.get("/api/v4/nodes?limit=1")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json == {
        "message": f"The store `{name}` cannot be reached.",
        "code": "store-unreachable",
        "hint": "Try again later.",
    }
    assert client.get("/").status_code == 200
    postgres.run(cluster, f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
    assert client.get("/api/v4/nodes?limit=1").status_code == 200


def test_an_archive_that_goes_away_and_comes_back(data, tmp_path, make_app):
    path = tmp_path / "x.aiida"
    shutil.copy(data / "lab.aiida", path)
    settings = Settings(cache=Cache(folder=tmp_path / "cache"))
    client = make_app(store=path, settings=settings).test_client()
    assert client.get("/api/v4/users").status_code == 200
    path.rename(tmp_path / "away")
    answer = client.get("/api/v4/users")
    assert answer.status_code == 503
    assert str(tmp_path) not in answer.text
    assert client.get("/api/v4/server").status_code == 200


def test_a_slow_statement_is_a_503_that_names_the_setting(lab_copy, make_app):
    settings = Settings(limits=Limits(statement_seconds=0.2))
    client = make_app(store=lab_copy, settings=settings).test_client()
    assert client.get("/api/v4/nodes?limit=1").status_code == 200
    with postgres.connect(lab_copy) as blocker:
        blocker.autocommit = False
        with blocker.cursor() as cursor:
            cursor.execute("LOCK TABLE db_dbnode IN ACCESS EXCLUSIVE MODE")
        answer = client.get("/api/v4/nodes?limit=2")
        assert answer.status_code == 503
        assert "limits.statement_seconds" in answer.json["message"]
        blocker.rollback()
    blocker.close()
    assert client.get("/api/v4/nodes?limit=1").status_code == 200


def test_a_fault_of_ours_shows_an_id_and_the_log_has_the_rest(
    data, settings, caplog, capsys, make_app
):
    from dataclasses import replace

    for catch in (False, True):
        app = make_app(
            store=data / "lab.aiida",
            settings=replace(settings),
            catch_internal_server=catch,
            get_decorators=[lambda function: lambda *a, **k: 1 / 0],
        )
        with caplog.at_level(logging.ERROR):
            answer = app.test_client().get("/api/v4/nodes")
        assert answer.status_code == 500
        assert set(answer.json) == {"message", "code", "request_id"}
        assert "division" not in answer.text
        assert answer.json["request_id"] in caplog.text
        assert "ZeroDivisionError" in caplog.text
        assert ("ZeroDivisionError" in capsys.readouterr().err) == catch


def test_no_default_among_several_profiles_is_found_at_the_start(data, make_app):
    import pytest

    from provender import configuration
    from provender.errors import ConfigurationError

    settings = configuration.read({"archives": [str(data)]})
    with pytest.raises(ConfigurationError, match="several profiles and no default"):
        make_app(settings=settings)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/v4/nodes?foo=1", "unknown-field"),
        ("/api/v4/nodes?orderby=foo", "unknown-field"),
        ("/api/v4/nodes?id=abc", "bad-value"),
        ("/api/v4/nodes?ctime=like=3", "bad-operator"),
        ("/api/v4/nodes?cursor=abc", "bad-value"),
        ("/api/v4/nodes?limit=-1", "bad-value"),
        ("/api/v4/nodes/abc/links/incoming?foo=1", "unknown-field"),
        ("/api/v4/nodes/statistics?foo=1", "unknown-field"),
        ("/api/v2/computers?last_login=1", "unknown-field"),
        ("/api/v2/users?last_login=1", "bad-request"),
        ("/api/v4/users/abc", "unknown-route"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_a_store_is_reached(tmp_path, make_app, path, code):
    client = make_app(store=f"postgresql://nobody@localhost/x?host={tmp_path}").test_client()
    answer = client.get(path)
    assert answer.json["code"] == code
    assert answer.status_code in (400, 404)
    assert client.get("/api/v4/nodes").status_code == 503


def test_a_posted_query_that_cannot_be_is_refused_before_a_store_is_reached(tmp_path, make_app):
    client = make_app(store=f"postgresql://nobody@localhost/x?host={tmp_path}").test_client()
    wrong = {"path": [{"entity_type": ""}], "filters": {"nothing": {}}}
    assert client.post("/api/v4/querybuilder", json=wrong).status_code == 400
    right = {"path": [{"entity_type": ""}]}
    assert client.post("/api/v4/querybuilder", json=right).status_code == 503
