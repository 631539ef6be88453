from __future__ import annotations

import logging
import os
import shutil
import tarfile
import uuid
from dataclasses import dataclass
from pathlib import Path

import flask
import hypothesis
import pytest

import provender
from provender.settings import Cache, Settings
from support import described, growing, many, postgres
from support.figures import Figures
from support.server import ask, serving

DATA = Path(__file__).parent / "data"
EXPOSED = ("users.email", "authinfo")
# Folders whose files take longest: begun first, so that at the end no worker waits for another.
LONGEST = ("fuzz", "faults", "deploy")
MOST_WORKERS = 4


def pytest_addoption(parser):
    parser.addoption("--fuzz", type=int, default=150, help="requests of each fuzzing test")
    parser.addoption("--requests", type=int, default=2000, help="requests of fuzzing over HTTP")
    parser.addoption("--crawl", type=int, default=12, help="nodes that a browser opens; 0: all")
    parser.addoption("--screenshots", help="folder for pictures of the explorer")
    parser.addoption("--large", type=int, default=64 << 20, help="bytes of the large file")


def pytest_configure(config):
    hypothesis.settings.register_profile(
        "provender",
        deadline=None,
        max_examples=config.getoption("--fuzz"),
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
    hypothesis.settings.load_profile("provender")
    config.stash[FIGURES] = Figures()


FIGURES = pytest.StashKey[Figures]()


@pytest.fixture(scope="session")
def figures(request):
    """What is printed at the end of the run."""
    return request.config.stash[FIGURES]


def pytest_terminal_summary(terminalreporter, config):
    for title, lines in config.stash[FIGURES].sections():
        terminalreporter.write_sep("-", title)
        terminalreporter.write_line("\n".join(lines))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """Use all cores, and one process more where coverage is traced: those tests wait for commands.

    But few: each worker has servers of its own. Tests that are not traced ask servers, and some
    measure times.
    """
    more = 1 if getattr(config.option, "cov_source", None) else 0
    return min((os.cpu_count() or 1) + more, MOST_WORKERS)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: (*LONGEST, item.path.parent.name).index(item.path.parent.name))


def pytest_sessionfinish(session):
    """Send what a worker has noted to the process that prints it."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["figures"] = session.config.stash[FIGURES].as_dict()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    output = getattr(node, "workeroutput", None)  # a worker that crashed has none
    if output and "figures" in output:
        node.config.stash[FIGURES].add(output["figures"])


@pytest.fixture(scope="session", autouse=True)
def _described():
    """Compare what clients in the same process get with the description of the interface."""
    flask.Flask.test_client_class = described.Client


@pytest.fixture(autouse=True)
def _undescribed(request):
    """Leave out the paths that a test names: routes and answers of its own."""
    marks = request.node.iter_markers("undescribed")
    paths = [path for mark in marks for path in mark.args or ("",)]
    if not paths:
        yield
        return
    with described.undescribed(*paths):
        yield


@pytest.fixture(scope="session")
def fuzz_count(request):
    return request.config.getoption("--fuzz")


@pytest.fixture(scope="session")
def data():
    return DATA


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory):
    """Keep the tests away from the user's configuration, and their cache in a folder of its own."""
    home = tmp_path_factory.mktemp("home")
    changed = {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"),
    }
    removed = [name for name in os.environ if name.startswith("PROVENDER_") and "TEST" not in name]
    with pytest.MonkeyPatch.context() as patch:
        for name in [*removed, "AIIDA_PATH"]:
            patch.delenv(name, raising=False)
        for name, value in changed.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(autouse=True)
def _own_logging():
    """Leave the logging of the process as it was: some tests start a server in it."""
    loggers = [logging.getLogger(name) for name in ("provender", "werkzeug")]
    before = [(item.handlers[:], item.level, item.propagate) for item in loggers]
    yield
    for item, (handlers, level, propagate) in zip(loggers, before, strict=True):
        item.handlers[:], item.level, item.propagate = handlers, level, propagate


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory):
    """The lab stores, unpacked: `container`, `sqlite_dos` and `lab.aiida`."""
    folder = tmp_path_factory.mktemp("stores")
    for name in ("lab.repo.tar.gz", "lab.sqlite_dos.tar.gz"):
        with tarfile.open(DATA / name) as tar:
            tar.extractall(folder / "repo" if "repo" in name else folder, filter="data")
    shutil.copy(DATA / "lab.aiida", folder)
    return folder


@pytest.fixture(scope="session")
def cluster():
    """URL of a real PostgreSQL."""
    context = postgres.cluster()
    try:
        url = context.__enter__()
    except (ImportError, OSError, RuntimeError) as error:
        pytest.skip(f"no PostgreSQL: {error}")
    yield url
    context.__exit__(None, None, None)


@dataclass(frozen=True)
class OwnPostgres:
    """A PostgreSQL that a test may stop: the lab is in the database of `url`."""

    server: postgres.OwnCluster
    url: str

    def hanging(self):
        return self.server.hanging()


@pytest.fixture(scope="session")
def own_postgres():
    """A PostgreSQL of its own, which a test may make hang."""
    context = postgres.own_cluster()
    try:
        server = context.__enter__()
    except (ImportError, OSError, RuntimeError) as error:
        pytest.skip(f"no PostgreSQL: {error}")
    url = postgres.create_database(server.url)
    postgres.restore(url, DATA / "lab.psql.sql.gz")
    yield OwnPostgres(server, url)
    context.__exit__(None, None, None)


@pytest.fixture(scope="session")
def new_role(cluster):
    """A function that makes a role, and returns its name; it goes after all databases."""
    made = []

    def make(options="LOGIN"):
        made.append(f"provender_{uuid.uuid4().hex[:12]}")
        postgres.run(cluster, f"CREATE ROLE {made[-1]} {options}")
        return made[-1]

    yield make
    postgres.run(cluster, *(f"DROP ROLE {name}" for name in made))


@pytest.fixture
def new_database(cluster):
    """A function that makes an empty database, dropped at the end."""
    made = []

    def make(options=""):
        made.append(postgres.create_database(cluster, options))
        return made[-1]

    yield make
    for url in made:
        postgres.drop_database(cluster, url)


@pytest.fixture
def lab_copy(new_database):
    """URL of a PostgreSQL copy of the lab that a test may change."""
    url = new_database()
    postgres.restore(url, DATA / "lab.psql.sql.gz")
    return url


@pytest.fixture(scope="session")
def lab_postgres(cluster):
    """URL of the lab in PostgreSQL."""
    url = postgres.create_database(cluster)
    postgres.restore(url, DATA / "lab.psql.sql.gz")
    yield url
    postgres.drop_database(cluster, url)


@pytest.fixture(scope="session")
def many_postgres(cluster):
    """URL of a copy of the lab with many more nodes."""
    url = postgres.create_database(cluster)
    postgres.restore(url, DATA / "lab.psql.sql.gz")
    many.fill(url)
    yield url
    postgres.drop_database(cluster, url)


@dataclass(frozen=True)
class Served:
    """A store that is served over real HTTP."""

    name: str
    root: str
    store: str
    app: object

    def get(self, path, **options):
        return ask(self.root + path, **options)


@pytest.fixture(scope="session")
def settings(tmp_path_factory):
    return Settings(cache=Cache(folder=tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="session")
def serve(settings):
    """A function that serves a store until the end of the session."""
    from dataclasses import replace

    stack = []

    def start(store, repository=None, name=None, **options):
        chosen = replace(settings, **options)
        app = provender.create_app(store=store, repository=repository, settings=chosen)
        context = serving(app)
        stack.append((context, app))
        return Served(name or str(store), context.__enter__(), str(store), app)

    yield start
    for context, app in stack:
        context.__exit__(None, None, None)
        app.extensions["provender"].stores.close()


@pytest.fixture
def make_app():
    """`provender.create_app`, with the stores closed at the end of the test."""
    made = []

    def make(*arguments, **options):
        made.append(provender.create_app(*arguments, **options))
        return made[-1]

    yield make
    for app in made:
        app.extensions["provender"].stores.close()


@pytest.fixture(scope="session")
def on_archive(serve, unpacked):
    return serve(unpacked / "lab.aiida", name="archive", expose=EXPOSED)


@pytest.fixture(scope="session")
def on_sqlite(serve, unpacked):
    return serve(unpacked / "sqlite_dos", name="sqlite", expose=EXPOSED)


@pytest.fixture(scope="session")
def on_postgres(serve, unpacked, lab_postgres):
    return serve(lab_postgres, unpacked / "repo" / "container", name="postgres", expose=EXPOSED)


@pytest.fixture(scope="session")
def on_private(serve, unpacked):
    """The archive with the default settings: nothing private is open."""
    return serve(unpacked / "lab.aiida", name="private")


@pytest.fixture(scope="session")
def on_materials(serve):
    """The archive of structures, bands, pseudopotentials and codes."""
    return serve(DATA / "materials.aiida", name="materials", expose=EXPOSED)


@pytest.fixture(params=["archive", "postgres"])
def on_lab(request):
    """The lab with its own ids, on a SQLite and on a PostgreSQL database."""
    return request.getfixturevalue(f"on_{request.param}")


@pytest.fixture(params=["archive", "postgres", "sqlite"])
def on_each(request):
    """The lab on every backend; the SQLite profile has other ids."""
    return request.getfixturevalue(f"on_{request.param}")


@pytest.fixture(scope="module")
def lab(on_archive, on_postgres, on_sqlite):
    """Test clients of the lab by the name of the backend."""
    served = {"archive": on_archive, "postgres": on_postgres, "sqlite": on_sqlite}
    return {name: one.app.test_client() for name, one in served.items()}


@pytest.fixture
def changed(unpacked, tmp_path, make_app):
    """A function: SQL -> a test client of a copy of the lab in SQLite after it."""
    folder = growing.copied(unpacked, tmp_path)

    def start(*statements, **options):
        growing.change(folder, *statements)
        return make_app(store=folder, **options).test_client()

    start.folder = folder
    return start
