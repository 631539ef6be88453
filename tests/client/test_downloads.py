"""Downloads survive servers that die, connections that break, files that change, full disks."""

from __future__ import annotations

import gzip
import hashlib
import random
import subprocess
import sys
import zipfile

import pytest

from provender import create_app
from provender.client import (
    BadQuery,
    Busy,
    Client,
    ClientError,
    Damaged,
    NotFound,
    Retries,
    ServerError,
    Unauthorized,
    Unreachable,
)
from support import filestore
from support.cutting import Cutter
from support.restarted import Restarted
from support.rude import CONTENT, Rude, Unending
from support.server import serving

LARGE = 64 << 20
FEW = Retries(tries=4, first_seconds=0.01)
MANY = Retries(tries=40, first_seconds=0.05)


def blocks_of(seed, size):
    chance = random.Random(seed)  # noqa: S311 - no secrets
    return [chance.randbytes(1 << 20) for _ in range(size >> 20)]


@pytest.fixture
def store(unpacked, tmp_path):
    """A store with a large file."""
    folder = tmp_path / "store"
    folder.mkdir()
    return filestore.make("loose", folder, unpacked, {"large": blocks_of(1, LARGE)})


@pytest.mark.parametrize("what", ["file", "zip"])
def test_a_server_that_is_killed_and_restarted_in_the_middle(store, tmp_path, what):
    counted, target = [], tmp_path / "got"
    with Restarted(store) as server, Client(server.root, retries=MANY) as client:

        def progress(more):
            counted.append(more)
            if sum(counted) > LARGE // 4 and server.starts == 1:
                server.kill()
                server.start()

        if what == "file":
            got = client.files.download(filestore.NODE, "large", target, progress=progress)
            assert got.sha256 == filestore.sha256(blocks_of(1, LARGE))
            assert got.checked == "sha256"
        else:
            got = client.download({"uuid": filestore.NODE}, target, format="zip", progress=progress)
            assert got.checked == "length"
            with zipfile.ZipFile(target) as archive:
                assert archive.testzip() is None
        assert server.starts == 2
    assert min(counted) >= 0  # it went on where it broke
    assert sum(counted) == got.size == target.stat().st_size >= LARGE
    assert sorted(path.name for path in tmp_path.iterdir()) == ["got", "store"]


@pytest.fixture(scope="module")
def some(unpacked, tmp_path_factory):
    """A server of a store with a file of some size; its root."""
    folder = tmp_path_factory.mktemp("some")
    made = filestore.make("packed", folder, unpacked, {"some": [b"".join(blocks_of(2, 3 << 20))]})
    with serving(create_app(store=made)) as root:
        yield root


@pytest.mark.parametrize("seed", range(6))
def test_connections_that_break_anywhere(some, tmp_path, seed):
    chance = random.Random(seed)  # noqa: S311 - no secrets
    after = [chance.choice([0, 100, 300, chance.randrange(1 << 20)]) for _ in range(6)]
    counted = []
    with Cutter(some, after) as between, Client(between.url, retries=MANY) as client:
        got = client.files.download(filestore.NODE, "some", tmp_path, progress=counted.append)
        zipped = client.download(
            f'uuid="{filestore.NODE}"', tmp_path / "a.zip", progress=counted.append
        )
        assert between.after == []
    assert got.path.read_bytes() == b"".join(blocks_of(2, 3 << 20))
    assert sum(counted) == got.size + zipped.size
    with zipfile.ZipFile(zipped.path) as archive:
        assert archive.testzip() is None


def test_an_interrupted_download_goes_on_in_a_later_call(some, tmp_path):
    target = tmp_path / "some"
    target.write_bytes(b"what was there")

    with Client(some) as client:
        with pytest.raises(KeyboardInterrupt):
            client.files.download(filestore.NODE, "some", target, progress=interrupt_after(2))
        assert target.read_bytes() == b"what was there"
        begun = (tmp_path / "some.part").stat().st_size
        assert 0 < begun < 3 << 20
        counted = []
        got = client.files.download(filestore.NODE, "some", target, progress=counted.append)
    assert counted[0] == begun
    assert min(counted) >= 0
    assert sum(counted) == got.size == 3 << 20
    assert [path.name for path in tmp_path.iterdir()] == ["some"]


def interrupt_after(number):
    left = [number + 1]

    def progress(more):
        left[0] -= more > 0
        if not left[0]:
            raise KeyboardInterrupt

    return progress


def test_a_part_that_the_disk_lost_something_of_is_begun_anew(some, tmp_path):
    target, part = tmp_path / "some", tmp_path / "some.part"
    with Client(some) as client:
        with pytest.raises(KeyboardInterrupt):
            client.files.download(filestore.NODE, "some", target, progress=interrupt_after(3))
        part.write_bytes(bytes(part.stat().st_size))
        counted = []
        got = client.files.download(filestore.NODE, "some", target, progress=counted.append)
    assert (got.checked, sum(counted)) == ("sha256", 3 << 20)
    assert target.read_bytes() == b"".join(blocks_of(2, 3 << 20))


def test_the_part_of_another_file_is_not_gone_on_with(some, demo_url, tmp_path):
    with Client(some) as client, pytest.raises(KeyboardInterrupt):
        client.files.download(filestore.NODE, "some", tmp_path / "x", progress=interrupt_after(2))
    with Client(demo_url) as client:
        file = client.files.find(min_size="10k").first()
        got = client.files.download(file.uuid, file.path, tmp_path / "x")
    assert got.sha256 == file.sha256
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize("what", ["file", "zip"])
def test_a_file_that_changed_meanwhile_is_never_mixed(unpacked, tmp_path, what):
    first, second = [b"1" * 2_000_000], [b"2" * 1_500_000]
    folder = tmp_path / "store"
    folder.mkdir()
    store = filestore.make("loose", folder, unpacked, {"a": first})
    counted = []

    def progress(more):
        counted.append(more)
        if len(counted) == 3:
            filestore.change(store, {"a": second})

    with (
        serving(create_app(store=store)) as root,
        Cutter(root, [1_200_000]) as between,
        Client(between.url) as client,
    ):
        if what == "file":
            got = client.files.download(filestore.NODE, "a", tmp_path / "a", progress=progress)
            assert got.path.read_bytes() == second[0]
        else:
            selection = f'uuid="{filestore.NODE}"'
            got = client.download(selection, tmp_path / "a.zip", progress=progress)
            with zipfile.ZipFile(got.path) as archive:
                assert archive.read(f"{filestore.NODE}/a") == second[0]
    assert between.connections == 2
    assert min(counted) < 0  # what was there was given up
    assert sum(counted) == got.size


SCRIPT = """
import resource, sys
from provender.client import Client
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
client = Client(sys.argv[1])
try:
    if sys.argv[4] == "all":
        client.files.download_all(sys.argv[2], sys.argv[3])
    else:
        client.files.download(sys.argv[2], "some", sys.argv[3] + "/some")
except OSError as error:
    print(error)
"""


@pytest.mark.parametrize("how", ["one", "all"])
def test_a_full_disk_is_told_and_nothing_is_left(some, tmp_path, how):
    if how == "one":
        (tmp_path / "some").write_bytes(b"what was there")
    arguments = [some, filestore.NODE, str(tmp_path), how]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"[Errno 27] File too large: '{tmp_path / 'some'}'\n"
    if how == "one":
        assert (tmp_path / "some").read_bytes() == b"what was there"
    assert {path.name for path in tmp_path.iterdir()} <= {"some"}
    assert not list(tmp_path.glob("*.part*"))


REFUSALS = [
    (403, Unauthorized),
    (404, NotFound),
    (500, ServerError),
    (503, Busy),
    (204, ServerError),
]


@pytest.mark.parametrize(("status", "error"), REFUSALS)
def test_a_page_of_an_error_is_never_written(tmp_path, status, error):
    target = tmp_path / "file"
    target.write_bytes(b"what was there")
    rude = Rude(b"" if status == 204 else b"<html>an error</html>", status)
    with serving(rude) as root, Client(root, retries=FEW) as client, pytest.raises(error):
        client.files.download("abc", "file", target)
    assert target.read_bytes() == b"what was there"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_wrong_sha256_is_an_error_and_nothing_is_left(tmp_path):
    rude = Rude(headers={"ETag": f'"{"0" * 64}"', "Accept-Ranges": "bytes"}, ranges="right")
    with serving(rude) as root, Client(root) as client:
        with pytest.raises(Damaged, match="arrived damaged"):
            client.files.download("abc", "file", tmp_path)
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(Damaged):
            client.files.by_content("1" * 64).download(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mark", ["", "W/"])
def test_an_etag_is_a_sha256_whatever_stands_around_it(tmp_path, mark):
    key = hashlib.sha256(CONTENT).hexdigest()
    with serving(Rude(headers={"ETag": f'{mark}"{key}"'})) as root, Client(root) as client:
        assert client.files.download("abc", "file", tmp_path).checked == "sha256"
        assert client.download("", tmp_path / "a.zip").checked == "length"


def test_a_server_without_ranges_and_etags_is_asked_for_all_of_it_again(tmp_path):
    counted, rude = [], Rude()
    with (
        serving(rude) as root,
        Cutter(root, [150_000, 160_000]) as between,
        Client(between.url, retries=FEW) as client,
    ):
        got = client.files.download("abc", "file", tmp_path, progress=counted.append)
    assert got.path.read_bytes() == CONTENT
    assert (got.checked, sum(counted)) == ("length", len(CONTENT))
    assert len(rude.asked) == 3
    assert not any("Range" in headers for _, headers in rude.asked)


def test_a_server_that_always_breaks_off_is_given_up(tmp_path):
    rude = Rude()
    with (
        serving(rude) as root,
        Cutter(root, [150_000] * 60) as between,
        Client(between.url, retries=FEW) as client,
        pytest.raises(Unreachable),
    ):
        client.files.download("abc", "file", tmp_path)
    assert between.after
    assert list(tmp_path.iterdir()) == []


def test_the_end_of_a_connection_is_the_end_of_a_file_without_a_length(tmp_path):
    with serving(Unending()) as root, Client(root) as client:
        got = client.files.download("abc", "file", tmp_path)
    assert (got.path.read_bytes(), got.checked) == (CONTENT, "nothing")


def test_a_wrong_range_is_never_put_behind_what_is_there(tmp_path):
    rude = Rude(headers={"ETag": '"state"', "Accept-Ranges": "bytes"}, ranges="wrong")
    with (
        serving(rude) as root,
        Cutter(root, [150_000]) as between,
        Client(between.url, retries=FEW) as client,
        pytest.raises(ServerError, match="another part"),
    ):
        client.files.download("abc", "file", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_compressed_answer_is_written_as_the_file_is(tmp_path):
    headers = {"Content-Encoding": "gzip", "ETag": f'W/"{hashlib.sha256(CONTENT).hexdigest()}"'}
    rude = Rude(gzip.compress(CONTENT), headers=headers)
    with serving(rude) as root, Client(root) as client:
        got = client.files.download("abc", "file", tmp_path)
    assert (got.path.read_bytes(), got.checked) == (CONTENT, "sha256")
    assert all(headers["Accept-Encoding"] == "identity" for _, headers in rude.asked)


def test_two_downloads_do_not_write_one_file(some, tmp_path):
    with Client(some) as client:

        def progress(more):
            if more:
                with pytest.raises(ClientError, match="Another download"):
                    client.files.download(filestore.NODE, "some", tmp_path / "some")

        got = client.files.download(filestore.NODE, "some", tmp_path / "some", progress=progress)
    assert got.path.read_bytes() == b"".join(blocks_of(2, 3 << 20))


@pytest.mark.parametrize("form", ["zip", "aiida", "csv", "ndjson", "parquet", "arrow"])
@pytest.mark.parametrize(
    "where", ["group=processes", {"or": [{"attributes.exit_status": 0}, {"label": "energy"}]}]
)
def test_a_selection_in_every_format(client, tmp_path, form, where):
    counted = []
    got = client.download(where, tmp_path / f"set.{form}", progress=counted.append)
    assert got.checked == ("length" if form in {"zip", "aiida"} else "end")
    assert got.size == sum(counted) == got.path.stat().st_size > 1000
    if form in {"zip", "aiida"}:
        assert client.weigh(where, f"set.{form}").bytes == got.size
        assert zipfile.ZipFile(got.path).testzip() is None
    else:
        same = client.nodes.export(where, tmp_path / "table", format=form)
        assert same.path.read_bytes() == got.path.read_bytes()
    assert not list(tmp_path.glob("*.part*"))


@pytest.mark.parametrize("form", ["csv", "ndjson", "parquet", "arrow"])
def test_a_table_that_broke_off_is_begun_anew(client, tmp_path, form):
    counted, whole = [], client.download("", tmp_path / f"whole.{form}")
    with (
        Cutter(client.connection.root, [whole.size // 2]) as between,
        Client(between.url) as cut,
    ):
        got = cut.download("", tmp_path / f"cut.{form}", progress=counted.append)
        assert between.connections == 2
    assert got.path.read_bytes() == whole.path.read_bytes()
    assert sum(counted) == got.size


@pytest.mark.parametrize("where", ["", {"or": [{"id.gt": 0}, {"label": "energy"}]}])
@pytest.mark.parametrize(
    "fields", ["uuid,label,attributes.energy", ("uuid", "label", "attributes.energy")]
)
@pytest.mark.parametrize("types", ["attributes.energy:number", {"attributes.energy": "number"}])
def test_options_of_a_table(client, tmp_path, where, fields, types):
    got = client.download(
        where, tmp_path / "a.csv", fields=fields, types=types, limit=2, orderby="-id"
    )
    assert len(got.path.read_text().splitlines()) == 3
    assert got.path.read_text().startswith("uuid,label,attributes.energy\n")


def test_what_cannot_be_downloaded(client, tmp_path):
    with pytest.raises(BadQuery, match=r"does not say in which format\.\nThere are \.zip"):
        client.download("", tmp_path / "set.tar")
    with pytest.raises(BadQuery, match="not below"):
        client.download("https://example.org/api/v4/nodes/export", tmp_path / "x.csv")
    with pytest.raises(BadQuery, match="How large a table"):
        client.weigh("", "a.csv")
    uuid = client.nodes.list().first().uuid
    (tmp_path / f"{uuid}.zip").mkdir()
    with pytest.raises(ClientError, match="is a folder"):
        client.files.archive(uuid, tmp_path)
    with pytest.raises(FileNotFoundError):
        client.download("", tmp_path / "nowhere" / "set.zip")


def test_an_address_is_downloaded(client, tmp_path):
    file = client.files.find(min_size="10k").first()
    got = client.download(file.url, tmp_path / "file")
    assert (got.sha256, got.checked) == (file.sha256, "sha256")
    root = client.connection.root
    page = client.download(f"{root}/api/v4/nodes?limit=1", tmp_path)
    assert page.path.name == "nodes"
