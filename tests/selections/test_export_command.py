"""`provender export` and `store.export()`: what the server sends, as a file that is whole."""

from __future__ import annotations

import io
import json
import resource
import shlex
import signal
import subprocess
from contextlib import closing

import pytest

import provender
from provender.errors import BadRequest, ConfigurationError, ProvenderError
from support import many, postgres, tables
from support.command import COMMAND, run, unmeasured
from support.tables import FORMATS, asked
from support.terminal import run_in_terminal, uncoloured
from support.waiting import wait_until

CHOSEN = 'group=processes&node_type=like="process.%"'
FIELDS = "uuid,label,attributes.exit_status"
TYPED = "attributes.exit_status:integer"
WANT = {"uuid": "*", "attributes": {"exit_status": "*"}, "outgoing": {"*": {"uuid": "*"}}}
ENDED = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
    " AND state = 'active'"
)


@pytest.fixture
def named(on_each, unpacked):
    """The arguments that name the store of a server."""
    if "://" in on_each.store:
        return [on_each.store, "--repository", str(unpacked / "repo" / "container")]
    return [on_each.store]


@pytest.fixture
def opened(on_each, unpacked, settings):
    """The store of a server, open in Python."""
    repository = unpacked / "repo" / "container" if "://" in on_each.store else None
    with provender.open(on_each.store, repository=repository, settings=settings) as store:
        yield store


@pytest.fixture(scope="module")
def lab(data):
    run("facets", data / "lab.aiida")  # opened once, so that a terminal shows no progress
    return str(data / "lab.aiida")


@pytest.fixture
def in_python(lab):
    with provender.open(lab) as store:
        yield store


def served(on_each, kind):
    """Return the table that the server sends."""
    answer = asked(
        on_each,
        'group=processes&node_type=like="process.%25"',
        fields=FIELDS,
        types=TYPED,
        format=kind,
        orderby="-uuid",
        limit=9,
    )
    assert answer.status == 200, answer.body
    return answer.body


def test_a_file_has_what_the_server_sends(named, on_each, tmp_path):
    """The format is that of the name of the file."""
    file = tmp_path / "processes.jsonl"
    asking = ["--fields", FIELDS, "--type", TYPED, "--orderby=-uuid", "-l", "9", "-o", file]
    out, err = run("export", *named, CHOSEN, *asking)
    assert file.read_bytes() == served(on_each, "ndjson")
    assert (out, err) == (f"Wrote {file} ({file.stat().st_size} bytes): 9 rows.\n", "")
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("kind", FORMATS)
def test_python_writes_what_the_server_sends(kind, opened, on_each, tmp_path):
    keys = {"types": {"attributes.exit_status": "integer"}, "orderby": "-uuid", "limit": 9}
    file, stream = tmp_path / f"processes.{kind}", io.BytesIO()
    where = {"group": "processes", "node_type": {"startswith": "process."}}
    assert opened.export(file, CHOSEN, FIELDS, **keys) == 9
    assert opened.export(stream, where, FIELDS.split(","), format=kind, **keys) == 9
    expected = served(on_each, kind)
    if kind == "parquet":  # which may name times of its own
        expected = tables.parquet(expected)
        assert tables.parquet(file.read_bytes()) == tables.parquet(stream.getvalue()) == expected
        return
    assert file.read_bytes() == stream.getvalue() == expected


def test_a_template_is_written_as_the_server_does(lab, in_python, on_archive, tmp_path):
    expected = asked(on_archive, "group=processes", want=WANT, format="csv").body
    (tmp_path / "want.json").write_text(json.dumps(WANT))
    out, _ = run("export", lab, "-w", "group=processes", "--want", tmp_path / "want.json")
    assert out.encode() == expected
    stream = io.BytesIO()
    rows = in_python.export(stream, "group=processes", want=WANT, format="csv")
    assert stream.getvalue() == expected
    assert len(tables.csv(out)[1]) == rows > 20


def test_the_output_is_a_table_for_the_next_command(lab):
    command = f"{shlex.join(COMMAND)} export {lab} --format ndjson --trailer | tail -n 1"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ('{"trailer":{"rows":312}}\n', "")


def test_texts_for_spreadsheets_are_no_formulas(in_python, on_archive):
    stream = io.BytesIO()
    in_python.export(stream, None, "label,description", format="csv", csv_safe=True)
    answer = asked(on_archive, fields="label,description", csv_safe="true")
    assert stream.getvalue() == answer.body


def test_who_sees_a_terminal_sees_how_far_it_is(lab, tmp_path):
    file = tmp_path / "nodes.csv"
    text = uncoloured(run_in_terminal("export", lab, "-o", file))
    first, last = text.replace("\x1b[K", "").split("\r")[-1].splitlines()
    assert first.startswith("writing rows: 312 in 0.")
    assert (last.startswith(f"Wrote {file} ("), last.endswith("): 312 rows.")) == (True, True)


def test_a_file_that_is_there_stays(lab, in_python, tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text("mine")
    _, err = run("export", lab, "-o", file, status=1)
    assert err == f"Error: {file} exists.\n  Name a new file; nothing is ever overwritten.\n"
    with pytest.raises(ConfigurationError, match="exists"):
        in_python.export(file)
    with pytest.raises(ConfigurationError, match="There is no folder"):
        in_python.export(tmp_path / "nowhere" / "x.csv")
    assert (file.read_text(), list(tmp_path.iterdir())) == ("mine", [file])


def test_a_full_disk_leaves_nothing(lab, tmp_path):
    file = tmp_path / "nodes.csv"
    done = subprocess.run(
        [*COMMAND, "export", lab, "-o", file],
        capture_output=True,
        text=True,
        check=False,
        env=unmeasured(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000)),
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: There is no room for {file}.\n")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def writing(many_postgres, unpacked, tmp_path):
    """A command that is writing a large file."""
    command = [*COMMAND, "export", many.named(many_postgres)]
    command += ["--repository", str(unpacked / "repo" / "container")]
    process = subprocess.Popen(
        [*command, "--fields", "uuid,description,attributes.number", "-o", tmp_path / "many.csv"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=unmeasured(),
    )
    wait_until(lambda: any(part.stat().st_size for part in tmp_path.glob(".many.csv.*.part")))
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_is_stopped_leaves_nothing(number, writing, tmp_path):
    writing.send_signal(number)
    out, err = writing.communicate(timeout=20)
    assert (writing.returncode, out) == (1, "")
    assert err == f"Error: Stopped: nothing is left of {tmp_path / 'many.csv'}.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_goes_away_leaves_nothing(writing, many_postgres, tmp_path):
    with closing(postgres.connect(many_postgres)) as connection, connection.cursor() as cursor:
        cursor.execute(ENDED, (many.NAME,))
        assert cursor.rowcount == 1
    out, err = writing.communicate(timeout=20)
    assert (writing.returncode, out) == (1, "")
    assert err.startswith("Error: The store `")
    assert err.splitlines()[0].endswith("` cannot be reached.")
    assert list(tmp_path.iterdir()) == []


def test_nobody_takes_the_rest(many_postgres, unpacked):
    parts = [*COMMAND, "export", many_postgres, "--fields", "description", "--repository"]
    command = shlex.join([*parts, str(unpacked / "repo" / "container")])
    shell = f"{{ {command}; echo $? >&2; }} | head -c 11"
    done = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, text=True, check=True)
    assert done.stdout == "description"
    assert done.stderr == "Error: Nobody takes the table any more.\n1\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "nodes.xlsx"], "`xlsx` is no format of a table."),
        (["id=1", "--where", "id=2"], "both say which nodes"),
        (["labl=3"], "Did you mean `label`?"),
        (["--fields", "attributes.a", "--type", "attributes.a"], "--type attributes.energy:number"),
        (["--want", "nothing"], "neither a template nor a file"),
    ],
)
def test_what_is_wrong_is_one_clear_error(arguments, message, lab):
    out, err = run("export", lab, *arguments, status=1)
    assert (out, err[:7]) == ("", "Error: ")
    assert message in err


WRONG = [
    ({}, "Which format shall the table have?"),
    ({"format": "parket"}, "Did you mean `parquet`?"),
    ({"format": "csv", "trailer": True}, "`trailer` is for the format `ndjson`."),
    ({"format": "csv", "orderby": "nothing"}, "nothing"),
    ({"format": "csv", "fields": "uuidd"}, "no column `uuidd`"),
    ({"format": "csv", "fields": ["uuid"], "want": WANT}, "both say what the table shows"),
    ({"format": "csv", "limit": -1}, "0 or more"),
    ({"format": "csv", "fields": "uuid", "types": {"uuid": "string"}}, "a type of its own"),
    ({"format": "arrow", "csv_safe": True}, "csv_safe"),
    ({"format": "csv", "want": "{"}, "JSON"),
]


@pytest.mark.parametrize(("keys", "message"), WRONG, ids=str)
def test_what_is_wrong_is_told_by_the_call(keys, message, in_python):
    stream = io.BytesIO()
    with pytest.raises(BadRequest) as told:
        in_python.export(stream, **keys)
    assert message in str(told.value) + (told.value.hint or "")
    assert stream.getvalue() == b""


def test_a_selection_that_chooses_nothing_is_told(in_python, tmp_path):
    with pytest.raises(ProvenderError, match="nowhere"):
        in_python.export(tmp_path / "nodes.csv", "group=nowhere")
    assert list(tmp_path.iterdir()) == []
    assert in_python.export(tmp_path / "nodes.csv", "id=0") == 0
    assert (tmp_path / "nodes.csv").read_text().startswith("id,uuid,")


def test_the_help_has_examples():
    out, _ = run("export", "--help")
    assert "provender export paper.aiida -o nodes.csv" in out
    assert "there at the end, or not at all" in out
