"""The role of the documentation, made by the SQL that stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import closing

import psycopg2
import pytest
from psycopg2 import errors

from deploy import replication
from deploy.processes import ROOT
from provender.settings import Settings
from support import postgres

PAGE = (ROOT / "docs" / "howto" / "database-role.md").read_text()
ROLE, REVOKED, NO_AUTHINFO, SURPLUS = re.findall(
    r"^```sql\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL
)
ADDRESSES = re.search(r"^```text\n(host .*?)^```", PAGE, re.MULTILINE | re.DOTALL)[1]
PASSWORD = re.search(r"PASSWORD '(.*?)'", ROLE)[1]


@pytest.fixture(scope="module")
def primary(data):
    """A server whose database `aiida` belongs to the role `aiida`, with the role of the page."""
    with replication.cluster(data / "lab.psql.sql.gz") as made:
        node = made.primary
        node.run("CREATE ROLE aiida LOGIN", "CREATE DATABASE aiida OWNER aiida")
        postgres.restore(node.url("aiida", user="aiida"), data / "lab.psql.sql.gz")
        node.run(ROLE, REVOKED, database="aiida")
        rules = node.folder / "pg_hba.conf"
        rules.write_text(ADDRESSES.replace("192.0.2.10", "127.0.0.1") + rules.read_text())
        node.run("SELECT pg_reload_conf()")
        yield node


@pytest.fixture
def url(primary, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    return primary.url("aiida", user="reader")


@pytest.fixture(scope="module")
def container(unpacked):
    return unpacked / "repo" / "container"


def check(url, container):
    command = [sys.executable, "-m", "provender", "check", url, "--repository", container]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)


def test_the_role_can_serve_everything(url, make_app, container):
    assert check(url, container).returncode == 0
    client = make_app(store=url, repository=container, settings=Settings()).test_client()
    for path in ("nodes?limit=2", "nodes/statistics", "nodes/cda14b00/links/incoming", "users"):
        assert client.get(f"/api/v4/{path}").status_code == 200
    query = {
        "path": [{"entity_type": "", "orm_base": "node", "tag": "n"}],
        "project": {"n": ["id"]},
    }
    assert client.post("/api/v4/querybuilder", json=query).status_code == 200


@pytest.mark.parametrize(
    "statement",
    [
        *("DELETE FROM db_dbnode", "UPDATE db_dbuser SET email = ''", "TRUNCATE db_dblog"),
        *("CREATE TABLE mine (x int)", "CREATE TEMPORARY TABLE mine (x int)"),
        *("COPY db_dbuser TO PROGRAM 'cat'", "SELECT pg_read_file('postgresql.conf')"),
        *("CREATE ROLE other", "ALTER TABLE db_dbnode DISABLE TRIGGER ALL"),
        "SELECT rolpassword FROM pg_authid",
    ],
)
def test_the_role_can_do_nothing_else(statement, url):
    with closing(postgres.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW default_transaction_read_only")
        assert cursor.fetchone() == ("on",)
        cursor.execute("SET default_transaction_read_only = off")
        with pytest.raises(errors.InsufficientPrivilege):
            cursor.execute(statement)


def test_the_page_lists_what_a_role_has_too_much(primary, url):
    with closing(postgres.connect(primary.url("aiida"))) as connection:
        assert rows(connection, SURPLUS) == []
        for statement, surplus in (
            ("GRANT DELETE ON db_dbnode TO reader", ("db_dbnode", "DELETE")),
            ("GRANT pg_read_all_data TO reader", ("pg_read_all_data", "member")),
            ("ALTER ROLE reader CREATEDB", ("reader", "attribute")),
        ):
            connection.autocommit = False
            connection.cursor().execute(statement)
            assert rows(connection, SURPLUS) == [surplus]
            connection.rollback()


def rows(connection, statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_the_role_connects_from_one_address_to_one_database_with_its_password(
    primary, url, monkeypatch
):
    with pytest.raises(psycopg2.OperationalError, match=r"pg_hba\.conf rejects"):
        postgres.connect(primary.url("postgres", user="reader"))
    monkeypatch.setenv("PGPASSWORD", "another")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        postgres.connect(url)


def test_tables_of_a_later_version_are_readable(primary, url):
    postgres.run(primary.url("aiida", user="aiida"), "CREATE TABLE db_dbnew (id int)")
    with closing(postgres.connect(url)) as connection:
        assert rows(connection, "SELECT count(*) FROM db_dbnew") == [(0,)]


def test_authinfos_are_not_needed(primary, url, make_app, container):
    primary.run(NO_AUTHINFO, database="aiida")
    assert check(url, container).returncode == 0
    client = make_app(store=url, settings=Settings()).test_client()
    assert client.get("/api/v4/computers").status_code == 200


def test_a_server_that_does_not_let_its_snapshots_be_named_is_served_without_etags(
    primary, url, make_app
):
    function = "EXECUTE ON FUNCTION pg_control_checkpoint()"
    primary.run(f"REVOKE {function} FROM PUBLIC", database="aiida")
    try:
        client = make_app(store=url, settings=Settings()).test_client()
        answers = [client.get("/api/v4/nodes?limit=2") for _ in range(3)]
    finally:
        primary.run(f"GRANT {function} TO PUBLIC", database="aiida")
    assert {answer.status_code for answer in answers} == {200}
    assert not any("ETag" in answer.headers for answer in answers)


def test_a_missing_right_is_told_as_the_page_says(primary, url, container):
    primary.run("REVOKE SELECT ON db_dbnode FROM reader", database="aiida")
    try:
        done = check(url, container)
    finally:
        primary.run("GRANT SELECT ON db_dbnode TO reader", database="aiida")
    assert done.returncode == 1
    assert (done.stdout + done.stderr).strip() in PAGE
