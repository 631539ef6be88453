"""Who wrote an archive, and as what: in the list of stores, on the plain page, for programs."""

from __future__ import annotations

import html
import io
import random
import shutil
import tarfile

import pytest

from provender.settings import Cache, Settings
from provender.store.cache import CacheFolder
from provender.store.census import Census, Effort
from support import oldarchives

PATIENT = Effort(patience=60.0, fresh_seconds=0.0)
NOISE = random.Random(3).randbytes(20 << 20)  # noqa: S311 - no secret
FILE = "nodes/9d/73/cf46-b8df-4fbb-af66-ac797194c24f/path/large"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "archives").mkdir()
    return tmp_path / "archives"


@pytest.fixture
def serve_all(make_app, folder, tmp_path):
    """A function that gives a client of a server of all archives of the folder."""

    def serve(**options):
        settings = Settings(
            cache=Cache(folder=tmp_path / "cache"), archives=(folder,), explorer=False, **options
        )
        app = make_app(settings=settings)
        stores = app.extensions["provender"].stores
        stores.census = Census(stores.profiles, CacheFolder(settings.cache), PATIENT)
        return app.test_client()

    return serve


def listed(client):
    return {one["name"]: one for one in client.get("/profiles").json["data"]["profiles"]}


def origin(one):
    return one["written_as"], one["aiida_version"]


def large_tar(source, target, size, *, is_late):
    """Write an older archive as a tar with a file of random bytes, before the rest or after it."""
    plain = target.with_suffix(".plain")
    oldarchives.as_tar(source, plain)
    with tarfile.open(plain) as old, tarfile.open(target, "w:gz", compresslevel=1) as new:
        members = [(item, old.extractfile(item).read()) for item in old if item.isfile()]
        extra = tarfile.TarInfo(FILE)
        extra.size = size
        added = (extra, NOISE[:size])
        for item, content in [added, *members] if is_late else [*members, added]:
            new.addfile(item, io.BytesIO(content))
    plain.unlink()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("legacy_0.3", ("0.3", "1.1.1")),
        ("legacy_0.4_tar", ("0.4", "1.1.1")),
        ("legacy_0.12", ("0.12", "2.0.0a1")),
        ("old_main_0000", ("main_0000", "2.0.0a1")),
        ("migrated_main_0001", ("main_0001", "2.9.4")),
    ],
)
def test_it_is_told_everywhere(serve_all, folder, data, name, expected):
    shutil.copy(data / "edge" / f"{name}.aiida", folder / "old.aiida")
    shutil.copy(data / "lab.aiida", folder / "lab.aiida")
    client = serve_all(default_profile="old")
    one = listed(client)
    assert origin(one["old"]) == expected
    assert (one["old"]["nodes"], one["old"]["problem"]) == (10, None)
    assert origin(one["lab"]) == ("main_0001", "2.9.4")
    store = client.get("/old/api/v4/server/info").json["data"]["info"]["store"]
    assert (store["written_as"], store["aiida_version"], store["schema"]) == (
        *expected,
        "main_0001",
    )
    told = client.get("/old/api/v4/server/statistics").json["data"]["archive"]
    assert told == {key: store[key] for key in ("written_as", "aiida_version", "schema")}
    version, aiida = expected
    words = f"written by AiiDA {aiida}" + ("" if version == "main_0001" else f", version {version}")
    page = html.unescape(client.get("/").text)
    assert f"AiiDA</a>, {words}, served read-only." in page
    assert f"; {words}</small>" in page
    assert "; written by AiiDA 2.9.4</small>" in page


@pytest.mark.parametrize("is_late", [False, True])
def test_a_large_one_is_not_opened_for_the_list(serve_all, folder, data, tmp_path, is_late):
    size = (20 if is_late else 2) << 20
    large_tar(data / "edge" / "legacy_0.12.aiida", folder / "old.aiida", size, is_late=is_late)
    client = serve_all()
    one = listed(client)["old"]
    assert origin(one) == ((None, None) if is_late else ("0.12", "2.0.0a1"))
    assert (one["nodes"], one["reachable"]) == (None, True)
    assert not any((tmp_path / "cache").glob("*/db.sqlite3"))
    assert client.get("/old/api/v4/users").status_code == 200
    one = listed(client)["old"]
    assert (origin(one), one["nodes"]) == (("0.12", "2.0.0a1"), 10)


def test_one_that_is_replaced_is_looked_at_again(serve_all, folder, data):
    shutil.copy(data / "edge" / "legacy_0.3.aiida", folder / "old.aiida")
    client = serve_all()
    assert origin(listed(client)["old"]) == ("0.3", "1.1.1")
    shutil.copy(data / "lab.aiida", folder / "new")
    (folder / "new").rename(folder / "old.aiida")
    assert origin(listed(client)["old"]) == ("main_0001", "2.9.4")
    (folder / "old.aiida").write_bytes(b"no archive")
    one = listed(client)["old"]
    assert (origin(one), one["reachable"]) == ((None, None), False)


def test_a_writer_that_is_not_named(serve_all, folder, data):
    source = data / "edge" / "legacy_0.12.aiida"
    oldarchives.with_metadata(
        source, folder / "old.aiida", lambda found: found.pop("aiida_version")
    )
    client = serve_all()
    assert origin(listed(client)["old"]) == ("0.12", None)
    store = client.get("/api/v4/server/info").json["data"]["info"]["store"]
    assert (store["written_as"], store["has_files"]) == ("0.12", True)
    assert "AiiDA</a>, written as version 0.12, served" in html.unescape(client.get("/").text)
