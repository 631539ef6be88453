"""A PostgreSQL that does not let us in: what that means, and who is told what."""

from __future__ import annotations

import re

import psycopg2
import pytest
from psycopg2.extensions import parse_dsn

from provender.errors import StoreMisconfigured, StoreUnreachable
from provender.settings import Cache, Settings
from provender.store.addresses import location
from provender.store.database import refusals
from provender.store.profiles import Profile, ProfileKind, Profiles
from provender.store.registry import StoreRegistry
from support import postgres
from support.command import run
from support.waiting import wait_until

KINDS = ("guarded", "barred", "peer", "nologin", "plain", "few")
ROLES = tuple(f"refused_{kind}" for kind in KINDS)
RULES = """local all refused_guarded scram-sha-256
local all refused_barred reject
local all refused_peer peer
"""


def is_refused(parameters):
    try:
        psycopg2.connect(**parameters).close()
    except psycopg2.OperationalError:
        return True
    return False


@pytest.fixture(scope="module")
def dsn(own_postgres):
    """Parameters of a PostgreSQL that asks some roles for a password and lets others not in."""
    url, rules = own_postgres.url, own_postgres.server.folder / "pg_hba.conf"
    before = rules.read_text()
    postgres.run(
        url,
        *(f"CREATE ROLE {role} LOGIN" for role in ROLES),
        "ALTER ROLE refused_guarded PASSWORD 'right'",
        "ALTER ROLE refused_nologin NOLOGIN",
        "ALTER ROLE refused_few CONNECTION LIMIT 0",
        "CREATE DATABASE refused_closed",
        "REVOKE CONNECT ON DATABASE refused_closed FROM PUBLIC",
    )
    rules.write_text(RULES + before)
    postgres.run(url, "SELECT pg_reload_conf()")
    found = {key: parse_dsn(url)[key] for key in ("host", "user", "dbname")}
    wait_until(lambda: is_refused(found | {"user": "refused_barred"}))
    yield found
    rules.write_text(before)
    postgres.run(
        url,
        "SELECT pg_reload_conf()",
        "DROP DATABASE refused_closed",
        *(f"DROP ROLE {role}" for role in ROLES),
    )


@pytest.fixture
def opened(dsn, tmp_path):
    """A function that opens the store with other parameters, and gives what it raises."""
    made = []

    def fail(**changes):
        profile = Profile("lab", ProfileKind.POSTGRESQL, "here", dsn=dsn | changes)
        settings = Settings(cache=Cache(folder=tmp_path / "cache"))
        made.append(StoreRegistry(Profiles({"lab": profile}), settings))
        with pytest.raises(StoreUnreachable) as caught:
            made[-1].get()
        assert caught.value.message == "The store `lab` cannot be reached."
        return caught.value

    yield fail
    for registry in made:
        registry.close()


@pytest.fixture(autouse=True)
def password_file(tmp_path, monkeypatch):
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))
    return tmp_path / "pgpass"


GUARDED = {"user": "refused_guarded"}
PERMANENT = {
    "no password": (GUARDED, "there is no file "),
    "wrong password": (GUARDED | {"password": "secret"}, "The password is wrong"),
    "no role": ({"user": "refused_nobody"}, "The server has no such role."),
    "no database": ({"dbname": "refused_none"}, "has no database of that name."),
    "rejected": ({"user": "refused_barred"}, "does not let this role in from this machine."),
    "peer": ({"user": "refused_peer"}, "from the system user of that name only."),
    "no login": ({"user": "refused_nologin"}, "The role needs LOGIN."),
    "no right": (
        {"user": "refused_plain", "dbname": "refused_closed"},
        "The role needs CONNECT on the database.",
    ),
    "no host": ({"host": "none.invalid"}, "The host is not known here"),
    "two hosts": ({"host": "one.invalid,two.invalid"}, "The host is not known here"),
    "port": ({"port": "abc"}, "A parameter of the connection cannot be used."),
    "option": ({"options": "-c nonsense=1"}, "A parameter of the connection cannot be used."),
    "service": ({"service": "none"}, "A parameter of the connection cannot be used."),
}


@pytest.mark.parametrize("name", PERMANENT)
def test_where_trying_again_does_not_help_nobody_says_so(name, opened):
    changes, words = PERMANENT[name]
    error = opened(**changes)
    assert isinstance(error, StoreMisconfigured)
    assert (error.hint, error.may_recover, error.code) == (None, False, "store-misconfigured")
    assert words in error.reason
    assert "secret" not in error.reason


TRANSIENT = {
    "nothing listens": {"host": "127.0.0.1", "port": "1"},
    "no socket": {"host": "/nonexistent"},
    "one of two": {"host": "none.invalid,127.0.0.1", "port": "1,1"},
}


@pytest.mark.parametrize("name", TRANSIENT)
def test_where_trying_again_may_help_the_hint_says_so(name, opened):
    error = opened(**TRANSIENT[name])
    assert not isinstance(error, StoreMisconfigured)
    assert (error.hint, error.may_recover) == ("Try again later.", True)


def test_too_many_connections_may_pass(opened):
    error = opened(user="refused_few")
    assert "too many connections" in error.reason
    assert error.may_recover


def test_a_password_file_is_looked_at_as_libpq_does(opened, password_file):
    password_file.write_text("*:*:*:other:secret\n")
    password_file.chmod(0o644)
    assert f"{password_file} is ignored, since others may read it" in opened(**GUARDED).reason
    password_file.chmod(0o600)
    assert f"no line of {password_file} is for this host" in opened(**GUARDED).reason
    password_file.write_text("*:*:*:refused_guarded:wrong\n")
    error = opened(**GUARDED)
    assert "The password is wrong" in error.reason
    assert f'password retrieved from file "{password_file}"' in error.reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'could not translate host name "x" to address: Temporary failure in name resolution\n',
            None,
        ),
        ("FATAL:  Passwort-Authentifizierung für Benutzer »x« fehlgeschlagen", None),
        ('FATAL:  no such database: "x"', "The server runs, but has no database of that name."),
        ("server does not support SSL, but SSL was required", "The encryption"),
        ("SSL error: certificate verify failed", "The encryption"),
        ("authentication method 10 not supported", "A parameter"),
        ("received invalid response to SSL negotiation: H", None),
        ("", None),
    ],
)
def test_what_else_libpq_and_poolers_say(text, expected):
    found = refusals.advice(text)
    assert found == expected or (expected is not None and found.startswith(expected))


def test_the_client_is_told_nothing_but_that_the_store_cannot_be_reached(dsn, make_app, caplog):
    store = location(dsn | GUARDED).replace("refused_guarded@", "refused_guarded:secret@")
    client = make_app(store=store, settings=Settings()).test_client()
    name = dsn["dbname"]
    for path in ("/api/v4/nodes", "/ready"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.json == {
            "message": f"The store `{name}` cannot be reached.",
            "code": "store-misconfigured",
        }
        assert "Retry-After" not in answer.headers
    assert "The password is wrong, or there is no such role." in caplog.text
    assert "secret" not in caplog.text


def test_the_command_says_what_is_to_be_put_right(dsn, password_file):
    password_file.touch(mode=0o644)
    password_file.chmod(0o644)
    url = location(dsn | GUARDED)
    for command in (["check", url], ["restapi", "-P", "0", url], ["store", "index", url]):
        _, err = run(*command, status=1, environment={"PGPASSFILE": str(password_file)})
        assert re.search(r"^Error: The store `\w+` cannot be reached\.$", err, re.MULTILINE)
        assert f"{password_file} is ignored, since others may read it (chmod 600)." in err
        assert "Try again" not in err
    _, err = run("store", "load", "demo", url, "--repository", password_file.parent / "c", status=1)
    assert "The server asks for a password, and none is known" in err


def test_the_driver_speaks_as_expected(dsn):
    with pytest.raises(psycopg2.OperationalError) as caught:
        psycopg2.connect(**dsn | GUARDED)
    assert refusals.NO_PASSWORD in str(caught.value)
