"""Commands on a store here and on the same store behind a server: they print the same."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from support.command import COMMAND, run

JOB, WORKFLOW = "ca417b1e", "7ecba7ea"
FOLDER = "5390fd5f-ba21-418c-8910-98be06c0420f"
WANT = '{"id": "*", "outgoing": {"result": {"attributes": {"energy": "*"}}}}'
ENERGIES = 'attributes.process_label="energy"'


@pytest.fixture(scope="module")
def remote(serve):
    """A remote that is the demo store."""
    root = serve("demo", name="remote").root
    out, err = run("remote", "add", "twin", root)
    assert (out.startswith(f"Added `twin`: {root}/api/v4 (Provender "), err) == (True, "")
    return "twin:"


def both(remote, arguments, folder):
    """Return what a command gives for the store, and for the remote: status and output."""
    found = []
    for number, store in enumerate(("demo", remote)):
        place = folder / str(number)
        place.mkdir()
        done = subprocess.run(
            [*COMMAND, *(text.replace("STORE", store) for text in arguments)],
            capture_output=True,
            cwd=place,
            check=False,
        )
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        found.append((done.returncode, done.stdout, done.stderr))
    return found


def files_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ["ps", "STORE"],
        ["ps", "STORE", "--failed", "-l", "3", "--json"],
        ["ps", "STORE", "-S", "finished", "-S", "excepted", "--root", "--exit-status", "300"],
        ["ps", "STORE", "--jobs", "--where", 'attributes.process_label=like="%Calc%"', "-l", "2"],
        ["status", WORKFLOW, "-s", "STORE"],
        ["status", WORKFLOW, "-s", "STORE", "--depth", "1", "--json"],
        ["report", WORKFLOW, "-s", "STORE"],
        ["report", WORKFLOW, "-s", "STORE", "--level", "warning", "--own", "--json"],
        ["report", WORKFLOW, "-s", "STORE", "--last", "2"],
        ["traceback", JOB, "-s", "STORE"],
        ["traceback", JOB, "-s", "STORE", "--json"],
        ["facets", "STORE"],
        ["facets", "STORE", "-f", "attributes.exit_status", "-w", "group=processes", "--csv"],
        ["facets", "STORE", "-f", "ctime:month", "--stats", "id", "--size", "2", "--json"],
        ["keys", "STORE", "--csv"],
        ["keys", "STORE", "--under", "extras", "--size", "3", "--json"],
        ["select", "STORE", "-w", ENERGIES, "--want", WANT],
        ["select", "STORE", "-w", ENERGIES, "--want", WANT, "--orderby=-id", "-l", "3", "--json"],
        ["select", "STORE", "--want", '{"uuid": "*", "attributes": "*"}', "--all", "--csv"],
        ["export", "STORE", "-w", "group=processes"],
        ["export", "STORE", "--format", "ndjson", "--trailer", "--want", WANT, "-w", ENERGIES],
        ["files", "STORE", "--glob", "*.out", "-l", "5"],
        ["files", "STORE", 'node_type=like="data%"', "--min-size", "600", "--all", "--json"],
        ["ls", "STORE", FOLDER, "-l"],
        ["ls", "STORE", FOLDER, "-R", "--json"],
        ["ls", "STORE", f"{FOLDER}:data/page.html"],
        ["cat", "STORE", f"{FOLDER}:pw.out"],
        ["cat", "STORE", f'{FOLDER}:odd names/percent%20 & "quote".txt'],
    ],
)
def test_the_output_is_the_same(arguments, remote, tmp_path):
    here, there = both(remote, arguments, tmp_path)
    assert here[1]
    assert there == here


@pytest.mark.parametrize(
    "arguments",
    [
        ["ps", "STORE", "--past", "7"],
        ["ps", "STORE", "--where", "foo=1"],
        ["ps", "STORE", "--where", "limit=3"],
        ["ps", "STORE", "--where", "label=x="],
        ["ps", "STORE", "--running", "--failed"],
        ["status", "zz", "-s", "STORE"],
        ["status", "ffffff", "-s", "STORE"],
        ["status", "987654", "-s", "STORE"],
        ["traceback", "7", "-s", "STORE"],
        ["dump", "ffffff", "-s", "STORE"],
        ["facets", "STORE", "-f", "ctime:never"],
        ["facets", "STORE", "-w", "limit=3"],
        ["keys", "STORE", "--under", "label"],
        ["select", "STORE", "--want", "{no"],
        ["select", "STORE", "--want", '{"foo": "*"}'],
        ["export", "STORE", "--format", "xls"],
        ["export", "STORE", "--fields", "foo"],
        ["export", "STORE", "-w", "id=x"],
        ["files", "STORE", "--glob", "a["],
        ["files", "STORE", "--min-size", "many"],
        ["archive", "create", "STORE", "foo=1", "new.aiida"],
        ["archive", "create", "STORE", "label=x=", "new.zip"],
        ["ls", "STORE", "00000000"],
        ["ls", "STORE", "5"],
        ["ls", "STORE", f"{FOLDER}:none"],
        ["cat", "STORE", f"{FOLDER}:data"],
        ["get", "STORE", f"{FOLDER}:none"],
    ],
)
def test_what_is_wrong_is_said_in_the_same_words(arguments, remote, tmp_path):
    here, there = both(remote, arguments, tmp_path)
    assert (there[:2], there[2].splitlines()[:1]) == (here[:2], here[2].splitlines()[:1])
    assert files_of(tmp_path) == {}


@pytest.mark.parametrize(
    "arguments",
    [
        ["export", "STORE", "-w", "group=processes", "-o", "table.csv"],
        ["export", "STORE", "-l", "7", "-o", "table.parquet", "--fields", "uuid,ctime"],
        ["export", "STORE", "-w", ENERGIES, "-o", "table.arrow", "--want", WANT],
        ["export", "STORE", "-o", "table.ndjson", "--fields", "uuid,attributes.energy"],
        ["dump", WORKFLOW, "-s", "STORE"],
        ["dump", JOB, "new/job", "-s", "STORE"],
        ["get", "STORE", FOLDER],
        ["get", "STORE", f"{FOLDER}:data", "-o", "some"],
        ["get", "STORE", f"{FOLDER}:pw.out"],
        ["files", "STORE", "group=processes", "--glob", "*.out", "-o", "out"],
        [
            "files",
            "STORE",
            "group=processes",
            "--tree",
            "workflow",
            "--min-size",
            "100",
            "-o",
            "out",
        ],
        ["files", "STORE", "--glob", "none", "--tree", "label", "-o", "out"],
    ],
)
def test_what_is_written_is_the_same(arguments, remote, tmp_path):
    here, there = both(remote, arguments, tmp_path)
    assert there == here
    assert here[0] == 0
    assert files_of(tmp_path / "0")
    assert files_of(tmp_path / "1") == files_of(tmp_path / "0")


@pytest.mark.parametrize(
    "more", [["new.aiida", "--no-call-work-backward"], ["new.zip", "--tree", "workflow"]]
)
def test_archives_are_the_same(more, remote, tmp_path):
    arguments = ["archive", "create", "STORE", "group=processes", *more]
    here, there = both(remote, arguments, tmp_path)
    assert (here[0], there[0], there[2]) == (0, 0, b"")
    size, told = here[1].split(b" in ")[0], here[1].split(b": ", 1)[1]
    assert (there[1].split(b" in ")[0], there[1].split(b": ", 1)[1]) == (size, told)
    written = files_of(tmp_path)
    assert len(written) == 2
    if more[0] == "new.zip":
        assert written["0/new.zip"] == written["1/new.zip"]


def test_a_folder_of_files_goes_on(remote, tmp_path):
    arguments = ["files", remote, "--glob", "*.out", "-o", tmp_path / "out"]
    first, _ = run(*arguments)
    taken = files_of(tmp_path)
    next((tmp_path / "out").rglob("*.out")).unlink()
    second, _ = run(*arguments)
    assert "23 files were there" in second
    assert first.startswith("Wrote 24 files")
    assert files_of(tmp_path) == taken


# Names


def test_a_remote_that_is_not_there(remote):
    _, err = run("ps", "twins:", status=1)
    assert "There is no" in err
    assert "`twin`" in err


def test_what_is_called_so_here_is_the_store(remote, tmp_path, monkeypatch, data):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "twin:").symlink_to(data / "lab.aiida")
    out, _ = run("ps", "twin:", "--json", "-l", "1")
    assert json.loads(out) == json.loads(run("ps", data / "lab.aiida", "--json", "-l", "1")[0])
    assert json.loads(out) != json.loads(run("ps", "demo", "--json", "-l", "1")[0])


@pytest.mark.parametrize("text", ["./twin:", "twin:/", "twin::", "twin://x", ":", "a b:"])
def test_other_texts_are_stores(text, remote):
    _, err = run("ps", text, status=1)
    assert "remote" not in err


def test_a_remote_may_be_named_by_the_environment(remote):
    expected = run("ps", "demo")
    assert run("ps", environment={"PROVENDER_STORE": remote}) == expected


def test_options_of_stores_are_refused(remote, tmp_path):
    assert "names a store of this machine" in run("-p", "lab", "ps", remote, status=1)[1]
    assert "--repository" in run("ps", remote, "--repository", tmp_path, status=1)[1]


def test_without_httpx_it_is_said_what_to_install(remote, tmp_path):
    (tmp_path / "httpx.py").write_text("raise ModuleNotFoundError('no', name='httpx')\n")
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    _, err = run("ps", remote, status=1, environment={"PYTHONPATH": path})
    assert "pip install 'provender[client]'" in err
    assert run("ps", "demo", environment={"PYTHONPATH": path}) == run("ps", "demo")


@pytest.mark.parametrize(
    ("arguments", "kept_out"),
    [
        (["ps", "demo"], ("httpx", "flask", "provender.cli.sources.remote")),
        (["ps", "twin:"], ("flask", "provender.cli.sources.local")),
    ],
)
def test_a_command_loads_one_half(arguments, kept_out, remote):
    code = (
        "import sys\nfrom provender.cli import main\n"
        f"try: main({arguments!r})\nfinally: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([COMMAND[0], "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout
    assert not set(kept_out) & set(done.stderr.split())
