"""No answer and no line of the log holds a secret, whatever is asked and whatever is broken."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from itertools import islice

import pytest
from werkzeug.test import Client

from privacy import secrets
from privacy.secrets import OURS, PASSWORD, PRIVATE, found_in
from provender.errors import CorruptObject
from provender.settings import Limits, Pool
from support import postgres, walking
from support.walking import Asked, query

WRONG = (
    *("email=1", "orderby=email", "orderby=-email", 'email="x"', "authinfo=1", "foo=1", "id=a"),
    *("attributes.a.b=like=3", "ctime=x", 'uuid=like="\'"', "limit=-1", "cursor=x", "download=x"),
    *("download_format=x", "filename=/etc/passwd", "filename=../x", "profile=x", "user.email=1"),
)
STORES = ("folder", "archive", "url")
SHARES = len(STORES)
"""Each form of store is asked one in so many of the described requests, all are asked together."""
PART = 5
"""One request of so many is enough where all end in the same way."""
USER = {"entity_type": "user", "tag": "u"}
NODE = {"entity_type": "", "tag": "n"}
REFUSED = (
    query(USER, project={"u": ["email"]}),
    query(USER, filters={"u": {"email": {"like": "planted%"}}}),
    query(USER, order_by=[{"u": "email"}]),
    query({"entity_type": "authinfo", "tag": "a"}, project={"a": ["**"]}),
    query(NODE, project={"n": [{"label": {"cast": "i"}}]}),
    query(NODE, project={"n": [{"attributes.value": {"cast": "d"}}]}),
    query(NODE, filters={"n": {"attributes": {"of_type": "SELECT"}}}),
    query(NODE, filters={"n": {"id": "x"}}),
    query(NODE, filters={"n": {"attributes.value": {"~": 1}}}),
    query(NODE, project={"n": [{"attributes.value": {"cast": "i"}}]}),
    Asked("POST", walking.POSTED, b"{"),
    Asked("POST", walking.POSTED, b"[" * 10_000),
    Asked("POST", walking.POSTED, b"\xff\xfe"),
)


def type_of(planted):
    """Return which form of store has secrets."""
    store = str(planted["store"])
    return "url" if ":" in store else "archive" if store.endswith(".aiida") else "folder"


def ids_of(client):
    """Return a function that finds a few ids of a resource, and two that are none."""
    known = {}

    def find(resource):
        if resource not in known:
            body = json.loads(client.get(f"/api/v4/{resource}?limit=400&orderby=-id").data)
            rows = next(iter(body.get("data", {"": []}).values()), [])
            rows = rows[:: max(1, len(rows) // 5)] if isinstance(rows, list) else []
            known[resource] = [str(row.get("uuid", row["id"])) for row in rows]
        return [*known[resource], "1", "ffffffff"]

    return find


# An archive for AiiDA, which has tables of a database.
ARCHIVE, TABLES = "/api/v4/nodes/archive.aiida", "db_db"


def everything(app, client, share=0):
    """Yield requests: a share of the described ones, wrong and posted ones, and other routes."""
    ids = ids_of(client)
    yield from islice(walking.described(ids), share, None, SHARES)
    yield from walking.undescribed(app)
    yield from walking.posted()
    yield from REFUSED
    for path in ("nodes", "users", "computers", "groups", "nodes/1", "users/1", "nodes/statistics"):
        for text in WRONG:
            yield from (Asked("GET", f"/api/{name}/{path}?{text}") for name in ("v2", "v4"))


def walk(app, requests, of_archives=(), cut_off=()):
    """Return how often each status came, and which requests showed a secret.

    Archives for AiiDA have its tables, so their names stand there, and `of_archives`. `cut_off` is
    the error that ends a download in its middle.
    """
    client, statuses, leaks = Client(app), Counter(), []
    for asked in requests:
        try:
            answer = client.open(asked.target, method=asked.method, data=asked.body)
        except cut_off:
            continue
        statuses[answer.status_code] += 1
        is_archive = answer.status_code == 200 and asked.target.startswith(ARCHIVE)
        looked_for = (*PRIVATE, *OURS)
        if is_archive and answer.mimetype != "application/json":
            looked_for = [text for text in looked_for if text not in (TABLES, *of_archives)]
        if found := found_in(answer, looked_for):
            leaks.append((asked, answer.status_code, found))
        answer.close()
    return statuses, leaks


def private_in(lines):
    return [line for line in lines if any(text in line for text in PRIVATE)]


@pytest.mark.usefixtures("environment")
def test_no_route_shows_a_secret(planted, settings_of, make_app, log, figures):
    app = make_app(settings=settings_of(metrics=True, server_timing=True), **planted)
    share = STORES.index(type_of(planted))
    statuses, leaks = walk(app, everything(app, Client(app), share))
    figures.note("privacy", f"{sum(statuses.values()):,} requests, {len(log):,} lines of the log")
    assert leaks == []
    assert private_in(log) == []
    assert len(log) > 1000
    assert {200, 400, 404, 405} <= set(statuses)
    assert 500 not in statuses


def test_the_walk_finds_what_is_opened(planted, settings_of, make_app):
    app = make_app(settings=settings_of(expose=("users.email", "authinfo")), **planted)
    _, leaks = walk(app, walking.posted())
    shown = {text for _, _, found in leaks for text in found}
    assert {secrets.EMAIL, secrets.USERNAME, secrets.KEY_FILE} <= shown
    described = islice(walking.described(ids_of(Client(app))), 0, None, PART)
    _, leaks = walk(app, described, of_archives=(secrets.EMAIL,))
    assert leaks == []


@pytest.mark.usefixtures("environment")
def test_a_store_that_is_gone_tells_no_secret(planted, folder, settings_of, make_app, log):
    store = str(planted["store"])
    gone = planted | {"store": store.replace("/provender_", "/gone_") if ":" in store else store}
    app = make_app(settings=settings_of(), **gone)
    folder.rename(folder.with_name("away"))
    statuses, leaks = walk(app, islice(everything(app, Client(app)), 0, None, PART))
    assert leaks == []
    assert private_in(log) == []
    assert statuses[503] > 50
    assert 500 not in statuses


@pytest.mark.usefixtures("environment")
def test_a_refused_password_is_not_shown(own_postgres, settings_of, make_app, log):
    hba = own_postgres.server.folder / "pg_hba.conf"
    before = hba.read_text()
    hba.write_text(f"local all locked_out scram-sha-256\n{before}")
    try:
        postgres.run(
            own_postgres.url,
            "CREATE ROLE locked_out LOGIN PASSWORD 'another'",
            "SELECT pg_reload_conf()",
        )
        url = own_postgres.url.replace("postgres:@", f"locked_out:{PASSWORD}@")
        app = make_app(store=url, settings=settings_of(pool=Pool(connect_seconds=1)))
        statuses, leaks = walk(app, [*walking.undescribed(app), *REFUSED])
    finally:
        hba.write_text(before)
        postgres.run(own_postgres.url, "DROP ROLE locked_out", "SELECT pg_reload_conf()")
    assert leaks == []
    assert private_in(log) == []
    assert any("password authentication failed" in line for line in log)
    assert statuses[503] > 10


@pytest.mark.usefixtures("environment")
def test_time_outs_tell_no_secret(planted, settings_of, make_app, log):
    app = make_app(settings=settings_of(limits=Limits(statement_seconds=0.001)), **planted)
    _, leaks = walk(app, islice(walking.posted(), 0, None, 2))
    assert leaks == []
    assert private_in(log) == []
    assert len(log) > 20


@pytest.mark.usefixtures("environment")
def test_missing_and_damaged_files_tell_no_secret(planted, folder, settings_of, make_app, log):
    app = make_app(settings=settings_of(), **planted)
    client = Client(app)
    requests = list(walking.described(ids_of(client)))[::PART]
    damage(folder)
    statuses, leaks = walk(app, requests, cut_off=CorruptObject)
    assert leaks == []
    assert private_in(log) == []
    assert 200 in statuses


def damage(folder):
    """Overwrite the middle of every file of a store, and remove some."""
    for number, path in enumerate(sorted(folder.rglob("*"))):
        if path.is_file() and path.stat().st_size > 64 and "cache" not in path.parts:
            if number % 3 == 0 and "loose" in path.parts:
                path.unlink()
                continue
            with path.open("r+b") as file:
                file.seek(path.stat().st_size // 2)
                file.write(b"\xff" * 30)


def test_a_url_with_a_password_is_shown_without_it(planted, settings_of, make_app):
    if type_of(planted) != "url":
        assert PASSWORD not in str(planted["store"])
        return
    app = make_app(settings=settings_of(), **planted)
    stores = app.extensions["provender"].stores
    assert PASSWORD not in repr(stores.profiles)
    with closing(postgres.connect(planted["store"])) as connection:
        assert connection.info.password == PASSWORD
