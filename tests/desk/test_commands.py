"""`provender ps`, `status`, `traceback`, `report`: run as a person runs them, without a server."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

from support import badrows
from support.command import COMMAND, run
from support.desk import names
from support.terminal import run_in_terminal, uncoloured
from support.waiting import wait_until

JOB = "78ccdb4c-e7b5-453b-9de9-3949114d5452"


def without_urls(value):
    if isinstance(value, dict):
        return {key: without_urls(item) for key, item in value.items() if key != "url"}
    return [without_urls(item) for item in value] if isinstance(value, list) else value


@pytest.fixture(scope="module", params=["archive", "sqlite", "postgres"])
def backend(request, desk_place, open_place):
    """The arguments that name the desk on each backend, and a client that asks a server."""
    place = desk_place(request.param)
    more = ["--repository", place.repository] if place.repository else []
    return place.store, more, open_place(place)


@pytest.fixture(scope="module")
def store(desk_archive):
    """The desk as an archive that was opened before: a terminal would show the progress of that."""
    run("ps", desk_archive)
    return str(desk_archive)


# ps


EVERYWHERE = [
    ([], "limit=20"),
    (["--failed", "-l", "7", "--past", "12h"], "failed=1&limit=7&past=12h"),
]


def assert_listed(found, client, query):
    answer = client.get(f"/api/v4/processes?{query}&orderby=-ctime&include=summary")
    assert answer.status_code == 200
    assert found["processes"] == without_urls(answer.json["data"]["processes"])
    assert found["processes"]
    assert found["total"] == int(answer.headers["X-Total-Count"])


@pytest.mark.parametrize(("options", "query"), EVERYWHERE)
def test_ps_lists_what_the_server_lists(options, query, backend):
    named, more, client = backend
    assert_listed(json.loads(run("ps", named, *more, *options, "--json")[0]), client, query)


@pytest.mark.parametrize(
    ("options", "query"),
    [
        (["--limit", "200"], "limit=200"),
        (["--running"], "running=1"),
        (["--root", "--state", "finished"], "root=1&state=finished&limit=20"),
        (["-S", "WAITING", "-S", "created"], "state=in=waiting,created"),
        (["--paused"], "attributes.paused=true"),
        (["--exit-status", "410"], "exit_status=410"),
        (["--where", f"called_by={names.TOP}"], f"called_by={names.TOP}"),
        (
            ["--where", 'attributes.process_label=like="Made%"', "--failed"],
            'attributes.process_label=like="Made%25"&failed=1&limit=20',
        ),
    ],
)
def test_options_of_ps_are_keys_of_the_server(options, query, store, desk):
    assert_listed(json.loads(run("ps", store, *options, "--json")[0]), desk, query)


def test_ps_lists_jobs_alone(store, desk):
    found = json.loads(run("ps", store, "--jobs", "--json", "--limit", "5")[0])
    assert found["total"] == int(desk.get("/api/v4/calcjobs?limit=0").headers["X-Total-Count"])


def test_a_pipe_gets_plain_columns(store):
    out, err = run("ps", store, "--where", f"called_by={names.TOP}")
    lines = out.splitlines()
    assert "\x1b" not in out
    assert lines[0].split()[:2] == ["uuid", "created"]
    assert [line.split()[0] for line in lines[1:]] == [
        uuid[:8] for uuid in (names.LATER_CHILD, names.MIDDLE, names.GOOD_CHILD)
    ]
    assert "finished [402]" in lines[2]
    assert lines[2].endswith(names.TOP[:8])
    assert err == ""


def test_nothing_is_printed_for_a_pipe_if_nothing_is_like_that(store):
    assert run("ps", store, "--running", "--failed") == ("", "")


def test_a_terminal_gets_colours_and_lines_that_fit(store):
    for columns in (130, 80):
        text = run_in_terminal("ps", store, "--limit", "9", "--failed", columns=columns)
        assert "\x1b[31m" in text
        lines = uncoloured(text).splitlines()
        assert len(lines) == 11
        assert max(map(len, lines)) <= columns
        assert all(line.startswith(("uuid", "de5")) for line in lines[:-1])
        assert lines[-1].startswith("9 of ")
        assert lines[-1].endswith("--limit shows more")
        assert "caller" in lines[0] or columns == 80
        assert "message" in lines[0]
    assert "No process is like that." in run_in_terminal("ps", store, "--running", "--failed")


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (["--past", "7"], 1, "past=7d, past=12h, past=30m"),
        (["--past", "-7d"], 1, "days, hours or minutes"),
        (["--where", "foo=1"], 1, "Unknown key `foo`."),
        (["--where", "label=x="], 1, 'Did you mean: label="x="'),
        (["--where", "limit=3"], 1, "Unknown key `limit`."),
        (["--where", " "], 1, "takes a filter"),
        (["--state", "done"], 2, "'excepted'"),
        (["--limit", "0"], 2, "x>=1"),
        (["--exit-status", "x"], 2, "not a valid integer"),
        (["--fail"], 2, "--failed"),
    ],
)
def test_wrong_options_say_what_is_right(options, status, words, store):
    out, err = run("ps", store, *options, status=status)
    assert out == ""
    assert words in err


def test_a_store_that_is_not_there(tmp_path):
    for command in (["ps"], ["status", "de5", "-s"], ["report", "de5", "-s"]):
        out, err = run(*command, tmp_path / "none.aiida", status=1)
        assert out == ""
        assert err.startswith(f"Error: There is no file or folder {tmp_path}/none.aiida.")


def test_the_store_may_be_named_by_the_environment_or_a_profile(store, tmp_path):
    named = {"PROVENDER_STORE": store}
    expected = run("ps", store)
    assert run("ps", environment=named) == expected
    file = tmp_path / "config.yaml"
    file.write_text(f"profiles: {{desk: {{store: {store}}}}}\n")
    assert run("--config", file, "-p", "desk", "ps") == expected
    whole = run("status", names.TOP, "-s", store)
    assert run("status", names.TOP, environment=named) == whole
    assert run("--config", file, "-p", "desk", "status", names.TOP) == whole


# status

SHOWN = (names.TOP, names.JOB_MINUTES, names.STATELESS, names.LOOP)


def test_status_has_what_the_server_has(backend):
    named, more, client = backend
    for uuid in SHOWN:
        found = json.loads(run("status", uuid, "-s", named, *more, "--json")[0])
        answer = client.get(f"/api/v4/processes/{uuid}/summary?tree=1")
        assert answer.status_code == 200
        assert found == without_urls(answer.json["data"])
    assert len(SHOWN) == 4


def test_status_for_a_pipe(store):
    out, err = run("status", names.TOP[:8], "-s", store)
    assert err == ""
    assert "state      finished [401]\n" in out
    assert "message    A step of Top failed.\n" in out
    outline = out[out.index("called (5)") :].splitlines()
    assert outline[1:] == [
        "de500062  Good  finished",
        "de500063  Middle  finished [402]",
        "  de500064  Deep  finished [403]",
        "    de500065  MadeUpCalculation  finished [302]",
        "de500066  Later  finished [404]",
    ]
    assert "Deep" not in run("status", names.TOP, "-s", store, "--depth", "1")[0]


def test_status_names_the_sources_of_times(store):
    out, _ = run("status", names.JOB_MINUTES, "-s", store)
    assert "wall time  10 min 2 s (detailed_job_info)\n" in out
    assert "CPU time   9 min 41 s (detailed_job_info)\n" in out
    assert ", without zone (detailed_job_info)\n" in out
    assert "at least" in run("status", JOB, "-s", store)[0]


def test_status_on_a_terminal(store):
    text = run_in_terminal("status", names.TOP, "-s", store, columns=70)
    assert "\x1b[31mfinished [401]" in text
    lines = uncoloured(text).splitlines()
    assert max(map(len, lines)) <= 70
    assert any(line.lstrip().startswith("└── de500065") for line in lines)


def test_links_of_a_process_are_listed(store):
    out, _ = run("status", JOB, "-s", store)
    assert "inputs (3)\nlabel  uuid      type           link\n" in out
    assert "x      7fb26be9  Int            input_calc\n" in out
    assert "outputs (3)\n" in out


# report


def assert_printed(out, client, uuid, query):
    answer = client.get(f"/api/v4/processes/{uuid}/logs?format=text{query}")
    assert answer.status_code == 200
    assert out == answer.text
    assert out


def test_report_prints_what_the_server_prints(backend):
    named, more, client = backend
    for uuid in (names.TOP, names.FAILED_WARNING):
        out, _ = run("report", uuid, "-s", named, *more)
        assert_printed(out, client, uuid, "&recursive=1")


@pytest.mark.parametrize(
    ("options", "query"),
    [
        (["--own"], ""),
        (["--level", "warning"], "&recursive=1&level=WARNING"),
        (["--last", "2"], "&recursive=1&start=-2"),
        (["--last", "999999", "--own"], ""),
    ],
)
def test_options_of_report_are_keys_of_the_server(options, query, store, desk):
    out, _ = run("report", names.FAILED_WARNING, "-s", store, *options)
    assert_printed(out, desk, names.FAILED_WARNING, query)


def test_report_as_json_has_the_rows_of_the_server(store, desk):
    found = json.loads(run("report", names.TOP, "-s", store, "--json")[0])
    assert found == desk.get(f"/api/v4/processes/{names.TOP}/logs?recursive=1").json["data"]


def test_a_long_report_is_read_in_parts(store, tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("limits: {log_rows: 2}\n")
    for options in ([], ["--last", "3"], ["--own"]):
        arguments = ("report", names.TOP, "-s", store, *options)
        assert run("--config", file, *arguments) == run(*arguments)
    assert len(run("report", names.TOP, "-s", store)[0].splitlines()) == 5


def test_report_on_a_terminal(store):
    text = run_in_terminal("report", names.FAILED_WARNING, "-s", store)
    assert "\x1b[33m" in text
    assert "\x1b[31m" in text
    assert "The log is empty." in run_in_terminal("report", names.QUIET, "-s", store)


# traceback


def test_traceback_has_what_the_server_has(backend):
    named, more, client = backend
    for uuid in (names.TOP, names.JOB_DAMAGED_FILE, names.EXCEPTED):
        found = json.loads(run("traceback", uuid, "-s", named, *more, "--json")[0])
        answer = client.get(f"/api/v4/processes/{uuid}/traceback")
        assert answer.status_code == 200
        assert found == answer.json["data"]
        assert found["traceback"]["lines"]


def test_traceback_for_a_pipe(store):
    out, err = run("traceback", names.TOP, "-s", store)
    assert err == ""
    assert out.splitlines() == [
        "state    finished [401]",
        "message  A step of Top failed.",
        "",
        "because of what it called",
        "de500063  Middle  finished [402]  A step of Middle failed.",
        "  de500064  Deep  finished [403]  A step of Deep failed.",
        "    de500065  MadeUpCalculation  finished [302]  -",
        "",
        "de500065: the end of the scheduler's stderr, _scheduler-stderr.txt",
        "made-up: out of memory",
    ]


def test_traceback_of_what_did_not_fail_or_tells_nothing(store):
    assert run("traceback", names.QUIET, "-s", store)[0].endswith("It did not fail.\n")
    assert run("traceback", names.FAILED_NOTHING, "-s", store)[0].endswith("No reason is stored.\n")


def test_a_file_that_cannot_be_read_is_told(store):
    out, err = run("traceback", names.JOB_MISSING_FILE, "-s", store)
    assert "the end of the output file" in out
    assert "Note: The file `_scheduler-stderr.txt` cannot be read." in err


def test_traceback_on_a_terminal(store):
    text = run_in_terminal("traceback", names.EXCEPTED, "-s", store)
    assert "\x1b[1;31mexcepted" in text
    assert "ValueError: a made-up reason" in text


# What the pages show

PAGES = ("README.md", "docs/reference/command.md")
SHOWN_BLOCK = re.compile(
    r"^\$ provender (?:ps|traceback) .*demo.*\n(?:(?!\$ |```).*\n)*", re.MULTILINE
)


def test_pages_show_what_the_commands_print():
    root = Path(__file__).parents[2]
    shown = [SHOWN_BLOCK.findall((root / page).read_text()) for page in PAGES]
    assert [len(blocks) for blocks in shown] == [2, 2]
    assert shown[1] == shown[0]
    for block in shown[0]:
        command, _, text = block.partition("\n")
        assert run(*command.split()[2:])[0] == text


# Ids


def test_an_id_may_be_a_pk_or_have_capital_letters(store):
    command = "report"
    expected = run(command, names.TOP, "-s", store)
    for other in (names.TOP[:8], names.TOP.upper(), names.id_of(names.TOP), f" {names.TOP}"):
        assert run(command, other, "-s", store) == expected


@pytest.mark.parametrize(
    ("uuid", "words"),
    [
        ("zzz", "`zzz` is not an id"),
        ("", "is not an id"),
        ("ffffff", "There is no process with a uuid that begins with `ffffff`."),
        ("cda14b00", "There is no process with a uuid that begins with `cda14b00`."),
        ("987654", "There is no process with the pk `987654`."),
        ("9" * 26, "Digits alone are a pk"),
        ("de50006", f"{names.TOP}, {names.GOOD_CHILD}"),
        ("../x", "is not an id"),
    ],
)
def test_wrong_ids_say_what_is_right(uuid, words, store):
    out, err = run("status", uuid, "-s", store, status=1)
    assert out == ""
    assert words in err


# Bad values, pipes that break, Ctrl-C


def test_stored_texts_never_move_the_cursor(desk_archive, tmp_path):
    changes = [
        f"UPDATE db_dbnode SET label = char(27) || '[2Jx', description = 'a' || char(10) || 'b', "
        f"attributes = json_set(attributes, '$.exit_message', char(27) || '[31mred') "
        f"WHERE uuid = '{names.TOP}'",
        "UPDATE db_dblog SET message = char(27) || '[2J' "
        f"WHERE dbnode_id = {names.id_of(names.TOP)}",
    ]
    path = badrows.archive(tmp_path, desk_archive, changes)
    commands = (
        ("ps", path, "--where", f'uuid="{names.TOP}"'),
        ("status", names.TOP, "-s", path),
        ("report", names.TOP, "-s", path, "--own"),
    )
    for command in commands:
        assert "\\x1b[" in run(*command)[0]
        assert "\x1b[2J" not in run_in_terminal(*command)


def test_values_that_cannot_be_shown_are_told(store):
    out, err = run("status", names.ODD_ATTRIBUTES, "-s", store)
    assert names.ODD_ATTRIBUTES in out
    assert "Note: `process_state` of id" in err


@pytest.mark.parametrize(
    "command",
    [
        ["ps", "--limit", "99"],
        ["ps", "--json"],
        ["status", names.TOP],
        ["report", names.TOP],
        ["traceback", names.TOP],
    ],
)
def test_a_pipe_that_breaks_ends_the_command_quietly(command, store):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, *command],
        stdout=writing,
        stderr=subprocess.PIPE,
        env={**os.environ, "PROVENDER_STORE": store},
        timeout=60,
        check=False,
    )
    os.close(writing)
    assert done.returncode == -signal.SIGPIPE
    assert b"Error" not in done.stderr
    assert b"Traceback" not in done.stderr


def test_ctrl_c_ends_a_command_that_waits_for_the_database(lab_copy):
    with psycopg2.connect(lab_copy) as connection, connection.cursor() as cursor:
        cursor.execute("LOCK TABLE db_dbnode IN ACCESS EXCLUSIVE MODE")
        process = subprocess.Popen(
            [*COMMAND, "ps", lab_copy], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

        def waits():
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            return cursor.fetchone()[0] > 0

        wait_until(waits)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        connection.rollback()
    assert process.returncode == -signal.SIGINT
    assert (out, err) == ("", "")


def test_the_library_of_tables_is_loaded_for_terminals_only():
    code = (
        "import sys, provender.cli.main, provender.cli.desk.listing; "
        "sys.exit('rich' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
