"""The command, run as its user runs it: another process, a real store, a real terminal's rules."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess

import pytest

from support import badrows
from support.command import Server, run
from support.server import ask

COMMANDS = [
    [],
    ["restapi"],
    ["ps"],
    ["status"],
    ["traceback"],
    ["report"],
    ["check"],
    ["routes"],
    ["openapi"],
    ["profile"],
    ["profile", "list"],
    ["profile", "show"],
    ["config"],
    ["config", "check"],
    ["config", "show"],
    ["config", "examples"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_command_has_help(command, option):
    out, _ = run(*command, option)
    assert out.startswith("Usage: ")
    if command not in (["profile"], ["config"]):
        assert "Examples:" in out


def test_the_version():
    from provender import __version__

    assert __version__ in run("--version")[0]


def many(data, tmp_path, number):
    """Return a configuration file with the archives `p01`, `p02` and so on."""
    (tmp_path / "archives").mkdir()
    for place in range(1, number + 1):
        shutil.copy(data / "lab.aiida", tmp_path / "archives" / f"p{place:02}.aiida")
    file = tmp_path / "config.yaml"
    file.write_text("default_profile: p02\narchives: [archives]\ncache: {folder: cache}\n")
    return file


def test_of_many_stores_the_server_says_where_some_are_and_where_the_list_is(data, tmp_path):
    server = Server(before=("--config", many(data, tmp_path, 12)))
    try:
        assert "serves the archive `p02`" in server.banner
        places = re.findall(rf"^  ({server.root}/p\d\d/)   archive$", server.banner, re.MULTILINE)
        assert len(places) == 10
        assert ask(f"{places[0]}api/v4/nodes?limit=1").total == 312
        assert f"and 2 more at {server.root}/profiles\n" in server.banner
        assert ask(f"{server.root}/profiles").total == 12
    finally:
        server.stop(signal.SIGTERM)


def test_a_default_store_that_is_away_does_not_keep_the_others_from_being_served(data, tmp_path):
    file = many(data, tmp_path, 3)
    (tmp_path / "archives" / "p02.aiida").write_bytes(b"damaged")
    server = Server(before=("--config", file))
    try:
        assert "not counted: The store `p02` is not an AiiDA archive." in server.banner
        assert f"all at {server.root}/profiles" in server.banner
        assert ask(f"{server.root}/api/v4/nodes").status == 503
        assert ask(f"{server.root}/p01/api/v4/nodes").status == 200
    finally:
        assert "`p02` is not an AiiDA archive" in server.stop(signal.SIGTERM)[2]


def test_stores_whose_names_are_odd_keep_nobody_from_being_served(data, tmp_path):
    file = many(data, tmp_path, 2)
    folder = tmp_path / "archives"
    for name in (b"my paper", b"docs", b"\xff", b"p\x1b[2J"):
        shutil.copy(data / "lab.aiida", os.fsencode(folder) + b"/" + name + b".aiida")
    (tmp_path / "more").mkdir()
    shutil.copy(data / "lab.aiida", tmp_path / "more" / "p01.aiida")
    file.write_text(
        file.read_text().replace("[archives]", "[archives, more, none]")
        + "profiles:\n  a: {store: x, repo: y}\n  p02: demo\n  p02: demo\n  a b: demo\n"
    )
    server = Server(before=("--config", file))
    try:
        banner = server.banner
        names = {one["name"] for one in ask(f"{server.root}/profiles").data["profiles"]}
        assert names == {"p01", "p02"}
        assert ask(f"{server.root}/p01/api/v4/nodes?limit=1").total == 312
    finally:
        status, _, err = server.stop(signal.SIGTERM)
    assert (status, "Traceback" in err) == (0, False)
    places = (
        "my paper", "docs", r"\udcff", r"p\x1b[2J", "p01", "p02", "archives", "a", "p02", "a b",
    )  # fmt: skip
    told = banner.split("Not served:\n")[1].split("\n\n")[0].splitlines()
    assert sorted(re.match(r"  (.*?) \(", line)[1] for line in told) == sorted(places)
    assert all(line.isprintable() for line in told)
    assert f"{folder}/p01.aiida and {tmp_path}/more/p01.aiida. The first is served." in banner
    for line in told:
        assert f"not served: {line.strip()}" in err
    out, _ = run("--config", file, "profile", "list")
    assert out.split("Not served:\n")[1].splitlines() == told
    assert re.search(r"^  \*  p02 ", out, re.MULTILINE)
    out, _ = run("--config", file, "config", "check", "--offline", status=1)
    assert f"{len(told)} problems." in out


def test_a_store_that_was_named_is_served_under_a_name_that_it_can_have(data, tmp_path):
    shutil.copy(data / "lab.aiida", tmp_path / "my paper.aiida")
    server = Server(tmp_path / "my paper.aiida")
    try:
        assert "serves the archive `my-paper`, read-only." in server.banner
        assert "cannot be called `my paper`" in server.banner
        assert "The store is called `my-paper` here." in server.banner
        assert ask(f"{server.root}/my-paper/api/v4/nodes?limit=1").status == 200
    finally:
        server.stop(signal.SIGTERM)


def test_an_archive_of_a_newer_aiida_is_told_with_what_helps(data, tmp_path):
    file = many(data, tmp_path, 2)
    shutil.copy(data / "edge" / "unknown_main_9999.aiida", tmp_path / "archives" / "p02.aiida")
    server = Server(before=("--config", file))
    server.stop(signal.SIGTERM)
    upgrade = "It was written by a newer AiiDA; use a newer Provender."
    assert f"the newest that this server knows. {upgrade}\n" in server.banner
    assert server.banner.count(upgrade) == 1
    old = tmp_path / "archives" / "p02.aiida"
    for command in (["check", old], ["restapi", old]):
        _, err = run(*command, status=1)
        assert err.count(upgrade) == 1
        assert "Try again" not in err


def test_the_database_of_a_profile_stands_for_its_folder(unpacked, tmp_path):
    out, _ = run("check", unpacked / "sqlite_dos" / "database.sqlite", "--files", "5")
    assert out.startswith(f"sqlite_dos: {unpacked / 'sqlite_dos'}\n")
    shutil.copy(unpacked / "sqlite_dos" / "database.sqlite", tmp_path / "other.db")
    _, err = run("check", tmp_path / "other.db", status=1)
    assert "`other` is not an archive: the file is a SQLite database." in err
    assert "name the folder that holds database.sqlite" in err


def test_a_folder_that_is_not_a_container_says_which_may_be(lab_postgres, unpacked):
    folder = unpacked / "repo"
    out, _ = run("check", lab_postgres, "--repository", folder, status=1)
    expected = f"{folder} is not a container: it has no config.json. Is {folder}/container meant?"
    assert expected in out
    assert "No such file" not in out


def test_a_text_of_a_query_may_be_raw_utf_8_as_curl_sends_it():
    server = Server("demo")
    host, _, port = server.root.removeprefix("http://").partition(":")
    try:
        with socket.create_connection((host, int(port))) as connection:
            line = (
                'GET /api/v4/nodes?label="日本é" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
            )
            connection.sendall(line.encode())
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
    finally:
        server.stop(signal.SIGTERM)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert '"query_string":"label=\\"日本é\\""'.encode() in answer


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_server_says_what_it_serves_and_stops_cleanly(number):
    server = Server("demo")
    assert "serves the archive `demo`, read-only" in server.banner
    assert "463 nodes, 565 links" in server.banner
    assert f"{server.root}/api/v4" in server.banner
    assert f"{server.root}/api/v2" in server.banner
    trials = re.findall(r"curl '(.*)'", server.banner)
    assert len(trials) == 3
    for url in trials:
        answer = ask(url)
        assert answer.status == 200
        assert answer.rows()
    status, out, err = server.stop(number)
    assert status == 0
    assert out == "Stopped.\n"
    assert "Traceback" not in err
    assert err.count(" 200 ") == 3
    assert "serving at" not in err  # the banner says it


def test_the_examples_of_the_banner_work_in_a_shell():
    server = Server("demo")
    try:
        lines = re.findall(r"curl '.*'", server.banner)
        assert lines
        for line in lines:
            done = subprocess.run(
                ["/bin/sh", "-c", line.replace("curl", "curl -sf")], capture_output=True, check=True
            )
            assert json.loads(done.stdout)["data"]
    finally:
        server.stop(signal.SIGINT)


def test_without_a_store_the_demo_is_served_and_the_reason_told():
    server = Server()
    server.stop(signal.SIGTERM)
    assert "no store was named and no configuration found" in server.banner


def test_debug_shows_every_statement():
    server = Server("demo", "--debug")
    ask(f"{server.root}/api/v4/users?id=1")
    _, _, err = server.stop(signal.SIGINT)
    assert "FROM db_dbuser" in err


def test_a_profile_of_a_request_fits_on_a_screen():
    server = Server("demo", "--wsgi-profile")
    assert ask(f"{server.root}/api/v4/nodes?limit=1").status == 200
    _, _, err = server.stop(signal.SIGINT)
    profile = err[err.index("Profile of GET /api/v4/nodes?limit=1: ") :].split("\n\n")[0]
    assert 10 < len(profile.splitlines()) <= 22


def test_without_posting_there_is_no_querybuilder():
    server = Server("demo", "--no-posting")
    answer = ask(f"{server.root}/api/v4/querybuilder")
    server.stop(signal.SIGINT)
    assert answer.status == 404


def test_a_request_cannot_write_into_the_terminal():
    server = Server("demo")
    parts = server.root.removeprefix("http://").split(":")
    with socket.create_connection((parts[0], int(parts[1]))) as connection:
        connection.sendall(b"GET /\x1b[2J?\x1b[31m HTTP/1.0\r\n\r\n")
        connection.recv(1000)
    _, _, err = server.stop(signal.SIGINT)
    assert "\x1b[2J" not in err


def test_a_taken_port_is_one_clear_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        _, err = run("restapi", "demo", "-P", port, status=1)
    assert err.splitlines()[0] == (
        f"Error: Cannot listen on 127.0.0.1:{port}: address already in use."
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["restapi", "none.aiida"], "There is no file or folder none.aiida."),
        (["restapi", "mysql://x/y"], "The scheme `mysql` is not supported."),
        (["restapi", "postgresql://x:secret@127.0.0.1:1/y"], "The store `y` cannot be reached."),
        (["restapi", "demo", "-H", "no.such.host.invalid"], "There is no address"),
        (["restapi", "demo", "-H", "192.0.2.1"], "Cannot listen on 192.0.2.1:0"),
        (["-p", "lab", "restapi"], "There is no profile `lab`"),
        (["--config", "none.yaml", "restapi"], "The configuration file none.yaml cannot be read"),
        (["restapi", "-c", "/"], "The configuration file /config.yaml cannot be read"),
        (["check", "none.aiida"], "There is no file or folder none.aiida."),
        (["profile", "show", "lab"], "There is no profile `lab`."),
    ],
)
def test_mistakes_are_one_clear_line_and_status_1(arguments, message):
    arguments = [*arguments, "-P", "0"] if "restapi" in arguments else arguments
    out, err = run(*arguments, status=1)
    assert out == ""
    assert err.startswith(f"Error: {message}")
    assert "secret" not in err


def test_a_wrong_password_is_one_clear_line(lab_copy, new_role):
    import psycopg2

    with psycopg2.connect(lab_copy) as connection:
        parameters = connection.get_dsn_parameters()
    connection.close()
    role = new_role("NOLOGIN")
    url = f"postgresql://{role}:secret@/{parameters['dbname']}?host={parameters['host']}"
    _, err = run("restapi", url, "-P", "0", status=1)
    assert err.startswith("Error: The store `provender_")
    assert "not permitted to log in" in err
    assert "secret" not in err


@pytest.mark.parametrize("name", ["truncated", "unknown_main_9999"])
def test_archives_that_cannot_be_served(name, data):
    _, err = run("restapi", data / "edge" / f"{name}.aiida", status=1)
    assert err.startswith(f"Error: The store `{name}`")


def test_check_tells_what_a_person_asks(data):
    out, _ = run("check", data / "lab.aiida")
    assert "Schema   main_0001 (written by AiiDA 2.9.4), which this server reads" in out
    assert re.search(r"^ +312  nodes$", out, re.MULTILINE)
    assert re.search(r"Files    111 read \([\d,]+ bytes\), all intact", out)
    assert "Indexes  complete" in out


def test_check_tells_it_to_programs(data):
    out, _ = run("check", data / "lab.aiida", "--json", "--files", "10")
    found = json.loads(out)
    assert found["counts"]["links"] == 381
    assert found["files"] == {
        "read": 10,
        "bytes": found["files"]["bytes"],
        "problem": None,
        "faults": [],
    }
    assert found["sound"] is True


def test_check_finds_faults(data, unpacked, lab_postgres):
    out, _ = run("check", data / "edge" / "bad_crc.aiida", status=1)
    assert re.search(r"root\.txt +The content of the file is damaged", out)
    out, _ = run("check", data / "edge" / "migrated_main_0001.aiida")
    assert "Indexes  9 missing" in out
    assert re.search(r"db_dbnode +ctime +plain", out)
    out, _ = run("check", lab_postgres, status=1)
    assert "Files    cannot be read" in out
    out, _ = run("check", lab_postgres, "--files", "0")
    assert "Files    none read" in out
    container = unpacked / "repo" / "container"
    out, _ = run("check", lab_postgres, "--repository", container)
    assert "all intact" in out


def test_check_says_what_a_missing_pattern_index_means(lab_copy):
    from support import postgres

    postgres.run(lab_copy, "DROP INDEX ix_pat_db_dbnode_label")
    out, _ = run("check", lab_copy, "--files", "0")
    assert "ordering by a string sorts all rows" in out


def test_routes():
    out, _ = run("routes")
    assert "nodes           GET,HEAD,OPTIONS     /api/v4/nodes/<id>/" in out
    assert "/api/v2/structures/<id>/" in out


def test_openapi(on_archive):
    out, _ = run("openapi")
    assert json.loads(out) == on_archive.get("/api/v4/openapi.json").json
    below = json.loads(run("openapi", "--dialect", "v2", "--mount", "/lab/")[0])
    assert below["servers"] == [{"url": "/lab/api/v2"}]
    assert "Known: v4, v2." in run("openapi", "--dialect", "v3", status=2)[1]


@pytest.fixture
def configured(tmp_path, data):
    file = tmp_path / "provender.yaml"
    file.write_text(
        f"default_profile: lab\nprofiles:\n  lab: {data / 'lab.aiida'}\n"
        "  far: {store: 'postgresql://me:secret@db/x', expose: [users.email]}\n"
    )
    return file


def test_profiles_are_listed_and_shown(configured, tmp_path, data):
    out, _ = run("--config", configured, "profile", "list")
    assert re.search(r"^  \*  lab +core\.sqlite_zip", out, re.MULTILINE)
    assert "postgresql://me@db/x" in out
    out, _ = run("--config", configured, "profile", "show", "far")
    assert "users.email" in out
    assert "secret" not in out
    out, _ = run("--config", configured, "-p", "lab", "profile", "show")
    assert str(data / "lab.aiida") in out
    assert "serves the demo store" in run("profile", "list")[0]


def test_profiles_of_aiida_are_found(tmp_path, data, unpacked):
    (tmp_path / ".aiida").mkdir()
    text = (data / "configs" / "v10.json").read_text().replace("@STORES@", str(unpacked))
    (tmp_path / ".aiida" / "config.json").write_text(text)
    environment = {"AIIDA_PATH": str(tmp_path)}
    out, _ = run("profile", "list", environment=environment)
    assert re.search(r"^  \*  lab-sqlite", out, re.MULTILINE)
    out, _ = run("profile", "show", "plugin", environment=environment)
    assert "The storage backend `acme.cloud` is not supported." in out
    out, _ = run("check", environment=environment)
    assert "312  nodes" in out
    _, err = run("-p", "memory", "check", status=1, environment=environment)
    assert "core.sqlite_temp" in err


def test_check_tells_which_values_cannot_be_shown(tmp_path, data):
    changes = ["UPDATE db_dbnode SET ctime = 5, label = CAST(x'ff' AS TEXT) WHERE id = 3"]
    path = badrows.archive(tmp_path, data / "lab.aiida", changes)
    out, _ = run("check", path, "--files", 5)
    assert "2 values cannot be shown (null):" in out
    assert "id 3  ctime" in out
    assert "is not a datetime" in out
    report = json.loads(run("check", path, "--files", 5, "--json")[0])
    assert report["rows"]["bad"] == 2
    assert [item["column"] for item in report["rows"]["faults"]] == ["label", "ctime"]
    assert report["rows"]["faults"][1] == {
        "table": "db_dbnode",
        "id": 3,
        "column": "ctime",
        "reason": "not a datetime",
    }
    assert report["sound"]
