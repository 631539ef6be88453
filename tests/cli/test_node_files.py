"""`provender ls`, `cat` and `get`: the files of one node, run as a person runs them."""

from __future__ import annotations

import hashlib
import json
import subprocess

import pytest

from support import growing
from support.command import COMMAND, run

# A folder with folders in it.
FOLDER = "5390fd5f-ba21-418c-8910-98be06c0420f"
JOB = "78ccdb4c-e7b5-453b-9de9-3949114d5452"


LAB = "demo"


@pytest.fixture(scope="session")
def on_demo(serve):
    return serve(LAB, name="demo")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def listed_by(served, path="", more=""):
    named = f'filename="{path}"&' if path else ""
    return served.get(f"/api/v4/nodes/{FOLDER}/repo/list?{named}{more}").data["repo_list"]


@pytest.mark.parametrize(
    ("path", "options", "more"),
    [("", [], ""), ("", ["-l"], "metadata=1"), ("data", ["--long"], "metadata=1")],
)
def test_ls_lists_what_the_server_lists(path, options, more, on_demo):
    out, err = run("ls", LAB, f"{FOLDER[:8]}:{path}", *options, "--json")
    expected = listed_by(on_demo, path, more)
    assert len(expected) > 2
    assert (json.loads(out)["repo_list"], err) == (expected, "")


def test_ls_prints_a_name_on_each_line():
    assert run("ls", LAB, FOLDER)[0] == "data/\nempty\nodd names/\npw.out\n"
    out = run("ls", LAB, FOLDER, "-R")[0].splitlines()
    assert out[:4] == ["data/", "data/image.png", "data/page.html", "data/table.csv"]
    assert run("ls", LAB, f"{FOLDER}:data", "-R")[0].splitlines() == [
        "image.png",
        "page.html",
        "table.csv",
    ]


def test_ls_shows_sizes_and_types():
    lines = run("ls", LAB, FOLDER, "-l")[0].splitlines()
    assert lines[0].split() == ["size", "type", "name"]
    assert lines[-1].split() == ["20000", "application/octet-stream", "pw.out"]


def test_ls_of_a_file_is_the_file():
    assert run("ls", LAB, f"{FOLDER}:data/page.html")[0] == "data/page.html\n"
    out, _ = run("ls", LAB, f"{FOLDER}:pw.out", "-l", "--json")
    (file,) = json.loads(out)["repo_list"]
    assert (file["name"], file["size"]) == ("pw.out", 20000)


def test_the_store_may_be_an_argument_an_option_or_a_variable():
    expected = run("ls", LAB, FOLDER)
    assert run("ls", FOLDER, "-s", LAB) == expected
    assert run("ls", FOLDER, environment={"PROVENDER_STORE": LAB}) == expected
    assert run("ls", LAB, FOLDER, environment={"PROVENDER_STORE": "none.aiida"}) == expected
    _, err = run("ls", LAB, FOLDER, "-s", LAB, status=1)
    assert "both name a store" in err


@pytest.mark.parametrize(
    ("command", "named", "words"),
    [
        ("ls", "zz", "`zz` is not an id"),
        ("get", "", "`` is not an id"),
        ("cat", "5:x", "Several nodes have a uuid that begins with `5`."),
        ("ls", "00000000", "There is no node with a uuid that begins with `00000000`."),
        ("get", f"{FOLDER}:none", "`none`"),
        ("ls", f"{FOLDER}:data/../pw.out", "`data/../pw.out`"),
        ("cat", f"{FOLDER}:/pw.out", "`/pw.out`"),
    ],
)
def test_what_is_not_there_is_an_error(command, named, words, folder):
    out, err = run(command, LAB, named, status=1)
    assert out == ""
    assert words in err
    assert list(folder.iterdir()) == []


def test_arguments_that_are_too_many_or_too_few():
    assert "UUID[:PATH]" in run("ls", status=2)[1]
    assert "extra argument" in run("cat", LAB, LAB, FOLDER, status=2)[1]


def test_cat_prints_the_bytes_of_a_file(on_demo):
    for path in ("pw.out", "data/image.png", "empty"):
        done = subprocess.run(
            [*COMMAND, "cat", LAB, f"{FOLDER}:{path}"], capture_output=True, check=True
        )
        expected = on_demo.get(f'/api/v4/nodes/{FOLDER}/repo/contents?filename="{path}"').body
        assert (done.stdout, done.stderr) == (expected, b"")


def test_cat_wants_a_file():
    assert "Which file of the node?" in run("cat", LAB, FOLDER, status=1)[1]
    assert "has no file `data`" in run("cat", LAB, f"{FOLDER}:data", status=1)[1]


def test_cat_ends_with_its_reader():
    command = " ".join([*COMMAND, "cat", LAB, f"{FOLDER}:pw.out"])
    done = subprocess.run(
        ["/bin/sh", "-c", f"{command} | head -c 10"], capture_output=True, check=True
    )
    assert (len(done.stdout), done.stderr) == (10, b"")


def test_get_writes_a_file_once(folder):
    assert run("get", LAB, f"{FOLDER}:pw.out") == ("Wrote pw.out (20 kB).\n", "")
    assert (folder / "pw.out").stat().st_size == 20000
    out, err = run("get", LAB, f"{FOLDER}:pw.out", status=1)
    assert (out, err.splitlines()[0]) == ("", "Error: pw.out exists.")
    run("get", LAB, f"{FOLDER}:pw.out", "-o", "other.out")
    (folder / "sub").mkdir()
    run("get", LAB, f"{FOLDER}:pw.out", "-o", "sub")
    first = (folder / "pw.out").read_bytes()
    assert {path.read_bytes() for path in folder.rglob("*.out")} == {first}
    assert len(list(folder.rglob("*.out"))) == 3


def test_get_writes_a_folder_and_goes_on(folder):
    out, err = run("get", LAB, f"{FOLDER}:data", "-o", "new/data")
    assert (out, err) == ("Wrote 3 files (106 bytes) into new/data.\n", "")
    (folder / "new" / "data" / "page.html").unlink()
    out, _ = run("get", LAB, f"{FOLDER}:data/", "-o", "new/data")
    assert out.endswith("into new/data. 2 files were there.\n")
    (folder / "new" / "data" / "page.html").write_text("mine")
    _, err = run("get", LAB, f"{FOLDER}:data", "-o", "new/data", status=1)
    assert "page.html is there, and is another file." in err
    assert (folder / "new" / "data" / "page.html").read_text() == "mine"


def test_get_writes_all_files_of_a_node(folder):
    run("get", LAB, FOLDER[:8])
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    listed = json.loads(run("files", LAB, f'uuid="{FOLDER}"', "--json")[0])["files"]
    found = {file["sha256"] for file in listed}
    assert names >= {"5390fd5f/pw.out", "5390fd5f/data/table.csv"}
    assert {hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names} == found


@pytest.fixture
def damaged(unpacked, tmp_path_factory):
    """A store in which a node has a sound file, a damaged one and one without content."""
    store = growing.copied(unpacked, tmp_path_factory.mktemp("damaged"))
    tree, place = {}, store / "container" / "loose"
    for name in ("bad", "gone", "good"):
        key = hashlib.sha256(name.encode()).hexdigest()
        tree[name] = {"k": key}
        if name != "gone":
            (place / key[:2]).mkdir(exist_ok=True)
            (place / key[:2] / key[2:]).write_text(name if name == "good" else "BAD")
    told = json.dumps({"o": tree})
    growing.change(
        store, f"UPDATE db_dbnode SET repository_metadata = '{told}' WHERE uuid = '{JOB}'"
    )
    return str(store)


def test_what_is_damaged_is_told_and_everything_else_is_written(damaged, folder):
    out, err = run("get", damaged, JOB, status=1)
    assert out == "Wrote 1 file (4 bytes) into 78ccdb4c-e7b5-453b-9de9-3949114d5452.\n"
    assert "gone: its content is not in the store." in err
    assert "bad: " in err
    assert err.endswith("2 files could not be read.\n")
    assert [path.name for path in (folder / JOB).iterdir()] == ["good"]
    for path in ("bad", "gone"):
        assert run("get", damaged, f"{JOB}:{path}", status=1)[0] == ""
    assert [path.name for path in folder.iterdir()] == [JOB]
