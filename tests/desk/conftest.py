"""The desk store on each backend: `support.desk.names` tells what is in it."""

from __future__ import annotations

import json
import tarfile
from dataclasses import dataclass, replace
from datetime import datetime, timezone

import pytest

import provender
from support import badrows, postgres
from support.desk import contents, names, stores
from support.desk.recorded import COUNTS, Recorded

BACKENDS = ("archive", "sqlite", "postgres")


@dataclass(frozen=True)
class Place:
    """Where a store is: what `create_app` is given."""

    store: str
    repository: str | None = None


@pytest.fixture(scope="session")
def desk_rows():
    """The rows that were added to the lab, made for now."""
    return contents.make(datetime.now(timezone.utc).replace(microsecond=0))


@pytest.fixture(scope="session")
def desk_archive(tmp_path_factory, data, desk_rows):
    """Path of the desk as an archive."""
    return stores.archive(tmp_path_factory.mktemp("desk"), data / "lab.aiida", desk_rows)


@pytest.fixture(scope="session")
def desk_profile(tmp_path_factory, unpacked, desk_rows):
    """Path of the desk as a SQLite profile."""
    return stores.profile(tmp_path_factory.mktemp("desk"), unpacked / "sqlite_dos", desk_rows)


@pytest.fixture(scope="session")
def desk_postgres(tmp_path_factory, cluster, data, unpacked, desk_rows):
    """The `Place` of the desk in PostgreSQL."""
    url = postgres.create_database(cluster)
    postgres.restore(url, data / "lab.psql.sql.gz")
    folder, source = tmp_path_factory.mktemp("desk"), unpacked / "repo" / "container"
    yield Place(url, str(stores.database(folder, url, source, desk_rows)))
    postgres.drop_database(cluster, url)


@pytest.fixture(scope="session")
def desk_place(request):
    """A function: the name of a backend -> the `Place` of the desk on it."""

    def place(backend):
        if backend == "postgres":
            return request.getfixturevalue("desk_postgres")
        name = "desk_archive" if backend == "archive" else "desk_profile"
        return Place(str(request.getfixturevalue(name)))

    return place


@pytest.fixture(scope="session")
def open_place(settings):
    """A function: a `Place`, options of the settings -> a test client, until the session ends."""
    made = []

    def start(place, **options):
        chosen = replace(settings, **options)
        made.append(
            provender.create_app(store=place.store, repository=place.repository, settings=chosen)
        )
        return made[-1].test_client()

    yield start
    for app in made:
        app.extensions["provender"].stores.close()


@pytest.fixture(scope="session")
def desk(desk_place, open_place):
    """A test client of the desk as an archive."""
    return open_place(desk_place("archive"))


@pytest.fixture(scope="session")
def desks(desk_place, open_place):
    """Test clients of the desk by the name of the backend, to compare their answers."""
    return {backend: open_place(desk_place(backend)) for backend in BACKENDS}


@pytest.fixture(scope="session", params=BACKENDS)
def each_desk(request, desk_place, open_place):
    """A test client of the desk on each backend, one after the other."""
    return open_place(desk_place(request.param))


@pytest.fixture(scope="session")
def desk_served(desk_archive, serve):
    """The desk over real HTTP, as an archive."""
    return serve(desk_archive, name="desk")


@pytest.fixture(scope="session")
def desk_bad(tmp_path_factory, desk_archive, open_place):
    """A test client of the desk as an archive with values that no database would take."""
    changes = [
        f"UPDATE db_dbnode SET label = x'fffe00' WHERE uuid = '{names.RUNNING}'",
        f"UPDATE db_dbnode SET attributes = '{{no json' WHERE uuid = '{names.WAITING}'",
        f"UPDATE db_dbnode SET ctime = 'never', mtime = NULL WHERE uuid = '{names.CREATED}'",
        f"UPDATE db_dbnode SET user_id = NULL, dbcomputer_id = 99 WHERE uuid = '{names.KILLED}'",
        f"UPDATE db_dbnode SET extras = '[', repository_metadata = '7' WHERE uuid = '{names.TOP}'",
        f"UPDATE db_dblink SET label = x'ff00' WHERE output_id = {names.id_of(names.MIDDLE)}",
        f"UPDATE db_dblog SET message = x'fffe00' WHERE dbnode_id = {names.id_of(names.EXCEPTED)}",
        "UPDATE db_dblog SET levelname = NULL, time = 'never', loggername = 7 "
        f"WHERE dbnode_id = {names.id_of(names.FAILED_REPORT)}",
        "UPDATE db_dblink SET label = x'ff' WHERE type = 'return' "
        f"AND input_id = {names.id_of(names.NESTED)} AND label = 'plain'",
    ]
    path = badrows.archive(tmp_path_factory.mktemp("bad"), desk_archive, changes)
    return open_place(Place(str(path)))


@pytest.fixture(scope="session")
def living(tmp_path_factory, data, open_place):
    """A test client of a profile in which AiiDA's own processes run, wait, are paused or killed."""
    folder = tmp_path_factory.mktemp("living")
    with tarfile.open(data / "desk" / "living.tar.gz") as tar:
        tar.extractall(folder, filter="data")
    return open_place(Place(str(folder / "living")))


@pytest.fixture(scope="session")
def recorded_of(request, data, open_place):
    """A function: the name of a store -> the `Recorded` of it."""

    def find(name):
        content = json.loads((data / "desk" / f"{name}.json").read_text())
        assert len(content["processes"]) == COUNTS[name]
        if name in ("desk", "living"):
            return Recorded(request.getfixturevalue(name), content)
        return Recorded(open_place(Place(str(data / f"{name}.aiida"))), content)

    return find


@pytest.fixture(scope="session", params=COUNTS)
def recorded(request, recorded_of):
    """Each store of which AiiDA's answers were recorded, one after the other."""
    return recorded_of(request.param)
