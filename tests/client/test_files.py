"""Files of nodes: listed, found, opened, taken away."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import zipfile

import pytest

from provender import create_app
from provender.client import BadQuery, Client, Incomplete, NotFound, Outdated
from provender.client.errors import ClientError
from support import filestore
from support.cutting import Cutter
from support.rude import Stock
from support.server import serving

PW = "pw.out"


@pytest.fixture(scope="module")
def kinds(demo_url):
    """The uuid of a node that has files of many kinds."""
    with Client(demo_url) as client:
        return client.nodes.list({"label": "files of many kinds"}).first().uuid


def test_a_folder_is_listed(client, kinds):
    entries = client.files.list(kinds)
    assert [(entry.name, entry.type) for entry in entries] == [
        ("data", "DIRECTORY"),
        ("empty", "FILE"),
        ("odd names", "DIRECTORY"),
        (PW, "FILE"),
    ]
    (odd,) = client.files.list(kinds, "odd names/", long=True)
    assert (odd.name, odd.size) == ('percent%20 & "quote".txt', 2)
    with pytest.raises(NotFound):
        client.files.list(kinds, "nowhere")


def test_a_file_that_is_not_there_is_told_in_the_words_of_the_server(client, kinds):
    with pytest.raises(NotFound, match="No such file is present"):
        client.files.open(kinds, "nowhere")


def test_a_tree_is_printed(client, kinds):
    tree = client.files.tree(kinds[:8])
    assert str(tree).splitlines()[0] == kinds
    assert str(tree).splitlines()[1:4] == [
        "├── data/",
        "│   ├── image.png  (69 bytes)",
        "│   ├── page.html  (25 bytes)",
    ]
    assert str(tree).splitlines()[-1] == "└── pw.out  (20.0 kB)"
    assert "&quot;quote&quot;" in tree._repr_html_()
    assert [file.path for file in tree] == sorted(file.path for file in tree)
    assert tree.size == sum(file.size for file in tree) == 20108


def test_files_are_found(client, kinds):
    found = list(client.files.find(glob=["*.png", "*.html"]))
    assert {(file.uuid, file.path) for file in found} >= {
        (kinds, "data/image.png"),
        (kinds, "data/page.html"),
    }
    posted = {"or": [{"uuid": kinds}, {"label": "nobody gave this label"}]}
    assert [file.path for file in client.files.find(posted, min_size="1k")] == [PW]
    assert [file.path for file in client.files.find(posted, glob=["*.png"])] == ["data/image.png"]


def test_a_content_by_its_sha256(client, kinds, tmp_path):
    (entry,) = [file for file in client.files.tree(kinds) if file.path == PW]
    content = client.files.by_content(entry.sha256)
    assert kinds in [node.uuid for node in content.nodes()]
    assert hashlib.sha256(content.read()).hexdigest() == entry.sha256
    assert content.download(tmp_path).checked == "sha256"
    with pytest.raises(NotFound):
        client.files.by_content("0" * 64).read()
    with pytest.raises(BadQuery, match="no SHA-256"):
        client.files.by_content("pw.out")


@pytest.fixture(scope="module")
def packed():
    """A zip with a large and a small member, and something behind it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("large", bytes(range(256)) * 20_000)
        archive.writestr("small", b"words")
    return file.getvalue()


@pytest.fixture(scope="module", params=["loose", "compressed", "deflated"])
def store(request, unpacked, packed, tmp_path_factory):
    numpy = pytest.importorskip("numpy")
    array = io.BytesIO()
    numpy.save(array, numpy.arange(100_000.0))
    files = {"a.zip": [packed], "a.npy": [array.getvalue()], "empty": [b""]}
    folder = tmp_path_factory.mktemp("files")
    made = filestore.make(request.param, folder, unpacked, files)
    with serving(create_app(store=made)) as root, Client(root) as opened:
        yield opened


def test_a_remote_file_is_like_one_on_the_disk(store, packed):
    with store.files.open(filestore.NODE, "a.zip") as file:
        assert (file.seekable(), file.readable(), file.writable()) == (True, True, False)
        with zipfile.ZipFile(file) as archive:
            assert archive.read("small") == b"words"
            assert archive.testzip() is None
        assert file.seek(-22, io.SEEK_END) == len(packed) - 22
        assert file.read() == packed[-22:]
        assert file.seek(10) == 10
        assert file.read(300_000) == packed[10:300_010]
        assert file.seek(5, io.SEEK_CUR) == file.tell() == 300_015
        assert file.read() == packed[300_015:]
        assert file.read(1) == b""
        file.seek(10**9)
        assert file.read() == b""
        with pytest.raises(ValueError, match="before the beginning"):
            file.raw.seek(-1)
    with pytest.raises(ValueError, match="closed"):
        file.read()
    assert store.files.read(filestore.NODE, "empty") == b""


def test_numpy_loads_a_remote_file(store):
    numpy = pytest.importorskip("numpy")
    with store.files.open(filestore.NODE, "a.npy") as file:
        assert (numpy.load(file) == numpy.arange(100_000.0)).all()


def test_only_what_is_read_is_fetched(store, packed):
    with Cutter(store.connection.root) as between, Client(between.url) as client:
        with client.files.open(filestore.NODE, "a.zip") as file, zipfile.ZipFile(file) as archive:
            assert archive.read("small") == b"words"
        assert between.answered < 200_000 < len(packed)


def test_reading_goes_on_after_a_broken_connection(store, packed):
    with (
        Cutter(store.connection.root, [100_000, 300_000, 50]) as between,
        Client(between.url) as client,
        client.files.open(filestore.NODE, "a.zip") as file,
    ):
        assert file.read() == packed
        assert between.connections > 3


def test_a_file_that_changed_is_not_read_on(unpacked, tmp_path):
    first = filestore.make("loose", tmp_path, unpacked, {"a": [b"1" * 300_000]})
    with (
        serving(create_app(store=first)) as root,
        Client(root) as client,
        client.files.open(filestore.NODE, "a") as file,
    ):
        assert file.read(5) == b"11111"
        filestore.change(first, {"a": [b"2" * 300_000]})
        with pytest.raises(Outdated):
            file.read()


UNSAFE = {
    "..": b"1",
    "a\\b": b"2",
    "nul.txt": b"3",
    "Case": b"4",
    "case": b"5",
    "x" * 240: b"6",
    "end. ": b"7",
    "tab\there": b"8",
    "C:evil": b"9",
    "a": b"10",
    "a.part": b"11",
    "a.PART.json": b"12",
}


def test_names_are_made_safe_and_none_is_outside(unpacked, tmp_path):
    store = filestore.make(
        "loose", tmp_path, unpacked, {name: [content] for name, content in UNSAFE.items()}
    )
    target = tmp_path / "here" / "files"
    with serving(create_app(store=store)) as root, Client(root) as client:
        fetched = client.files.download_all(filestore.NODE, target)
        assert (fetched.files, fetched.there) == (len(UNSAFE), 0)
        again = client.files.download_all(filestore.NODE, target)
        assert (again.files, again.there) == (0, len(UNSAFE))
    assert list(target.parent.iterdir()) == [target]
    assert sorted(path.read_bytes() for path in target.iterdir()) == sorted(UNSAFE.values())
    assert len({path.name.casefold() for path in target.iterdir()}) == len(UNSAFE)


def test_a_link_does_not_lead_out_of_the_folder(client, kinds, tmp_path):
    folder, outside = tmp_path / "folder", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (folder / "data").symlink_to(outside)
    (folder / PW).symlink_to(outside / "file")
    with pytest.raises(ClientError, match="is a link"):
        client.files.download_all(kinds, folder)
    assert list(outside.iterdir()) == []


def test_all_files_of_nodes(client, kinds, tmp_path):
    fetched = client.files.fetch('label=like="%"', tmp_path / "all", glob="*.out")
    found = list(client.files.find(glob="*.out"))
    assert fetched.files == len(found) > 5
    for file in found:
        content = (tmp_path / "all" / file.uuid / file.path).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file.sha256
    part = client.files.download_all(kinds, tmp_path / "part", inside="data/")
    assert part.files == 3
    assert sorted(path.name for path in (tmp_path / "part").iterdir()) == [
        "image.png",
        "page.html",
        "table.csv",
    ]


def test_a_file_that_was_changed_on_the_disk_is_fetched_again(client, kinds, tmp_path):
    client.files.download_all(kinds, tmp_path)
    (tmp_path / PW).write_bytes(b"x" * 20_000)
    counted = []
    again = client.files.download_all(kinds, tmp_path, progress=counted.append)
    assert (again.files, again.there, sum(counted)) == (1, 5, 20_108)
    assert hashlib.sha256((tmp_path / PW).read_bytes()).hexdigest() == (
        "069675c8a368aa7b212c9db44a254af49b5b8c8b9144d5b6f9bc82483fae6282"
    )


@pytest.mark.parametrize("large", [False, True])
def test_one_file_that_is_missing_does_not_keep_the_others_away(unpacked, tmp_path, large):
    size = 3_000_000 if large else 3000
    files = {f"{number}": [bytes([number]) * size] for number in range(9)}
    store = filestore.make("loose", tmp_path, unpacked, files)
    missing = filestore.sha256(files["4"])
    (store / "container" / "loose" / missing[:2] / missing[2:]).unlink()
    with (
        serving(create_app(store=store)) as root,
        Client(root) as client,
        pytest.raises(Incomplete, match="1 of 9 files") as caught,
    ):
        client.files.download_all(filestore.NODE, tmp_path / "got")
    assert list(caught.value.errors) == [f"{filestore.NODE}/4"]
    got = {path.name: path.read_bytes() for path in (tmp_path / "got").iterdir()}
    assert got == {name: content for name, (content,) in files.items() if name != "4"}


SCRIPT = """
import os, signal, sys
from provender.client import Client

counted = []

def progress(more):
    counted.append(more)
    if len(counted) == 50:
        os.kill(os.getpid(), signal.SIGINT)

try:
    Client(sys.argv[1]).files.download_all(sys.argv[2], sys.argv[3], progress=progress)
except KeyboardInterrupt:
    print(sum(counted))
"""


def test_ctrl_c_ends_all_threads_and_a_later_call_goes_on(unpacked, tmp_path):
    files = {f"{number}": [bytes([number]) * 8_000_000] for number in range(12)}
    store = filestore.make("loose", tmp_path, unpacked, files)
    target = tmp_path / "got"
    with serving(create_app(store=store)) as root, Client(root) as client:
        arguments = [sys.executable, "-c", SCRIPT, root, filestore.NODE, str(target)]
        ended = subprocess.run(arguments, capture_output=True, text=True, check=True)
        assert 0 < int(ended.stdout) < 90_000_000
        parts = sum(path.stat().st_size for path in target.glob("*.part"))
        whole = sum(path.stat().st_size for path in target.iterdir() if path.name.isdigit())
        assert 0 < parts + whole < 90_000_000
        counted = []
        again = client.files.download_all(filestore.NODE, target, progress=counted.append)
    assert (again.failed, again.files + again.there) == ({}, len(files))
    assert sum(counted) == 12 * 8_000_000
    assert contents(target) == {name: content for name, (content,) in files.items()}


def test_batches_go_on_after_broken_connections(client, tmp_path):
    whole = client.files.fetch(None, tmp_path / "whole")
    with (
        Cutter(client.connection.root, [None, None, 40_000, 30_000, 7000, 70_000, 30]) as between,
        Client(between.url) as cut,
    ):
        fetched = cut.files.fetch(None, tmp_path / "cut")
        assert between.connections > 7
    assert (fetched.files, fetched.size) == (whole.files, whole.size)
    assert contents(tmp_path / "whole") == contents(tmp_path / "cut")


def contents(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_server_that_knows_only_what_that_of_aiida_does(demo_url, client, kinds, tmp_path):
    app = Stock(create_app(store="demo"))
    with serving(app) as root, Client(root) as stock:
        assert [file.path for file in stock.files.tree(kinds)] == [
            file.path for file in client.files.tree(kinds)
        ]
        assert "size" not in stock.files.list(kinds, long=True)[-1]
        fetched = stock.files.download_all(kinds, tmp_path / "all")
        assert (fetched.files, fetched.size) == (6, 20_108)
        assert stock.files.download(kinds, PW, tmp_path).checked == "length"
        with stock.files.open(kinds, PW) as file:
            assert file.seek(-5, io.SEEK_END) == 19_995
            assert file.read() == stock.files.read(kinds, PW)[-5:]
    assert app.most == 1  # AiiDA's own answers two at a time with errors
    client.files.download_all(kinds, tmp_path / "ours")
    assert contents(tmp_path / "all") == contents(tmp_path / "ours")


def test_zips_of_one_node_and_of_named_files(client, kinds, tmp_path):
    client.files.archive(kinds, tmp_path / "node.zip", inside="data", glob=["*.png", "*.csv"])
    client.files.archive_named([(kinds, PW)], tmp_path / "named.zip")
    with zipfile.ZipFile(tmp_path / "node.zip") as archive:
        assert archive.namelist() == ["data/image.png", "data/table.csv", "manifest.json"]
    with zipfile.ZipFile(tmp_path / "named.zip") as archive:
        assert len(archive.read(archive.namelist()[0])) == 20_000
