"""A pytest plugin: AiiDA's tests ask Provender over HTTP. Loaded in AiiDA's environment only.

`aiida.restapi.run_api.configure_api` gives the tests their application. The plugin puts another
one in its place: it forwards each request to a `provender restapi` that serves the store of the
test's profile, asks AiiDA's own application the same, and compares the two answers.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import aiida.restapi.run_api  # noqa: TID251 - this runs in AiiDA's environment
import pytest
from aiida.manage import get_manager  # noqa: TID251 - the same

from peer import report
from peer.comparing import Comparison
from peer.expected import FAILURES, SQLITE
from peer.forwarding import Forwarding
from peer.servers import Servers
from peer.task import Task

task = Task.load()
servers = Servers(task)
comparison = Comparison(task.storage.kind)
configure = aiida.restapi.run_api.configure_api


def forward(*classes, **options):
    """Return an Api whose application asks Provender; takes what AiiDA's `configure_api` does."""
    own = configure(*classes, **options).app
    root = servers.root(location(), posting=options.get("posting", True))
    return SimpleNamespace(app=Forwarding(root, own, comparison))


def location() -> tuple[str, ...]:
    """Return the arguments of `provender restapi` that name the store of the loaded profile."""
    settings = get_manager().get_profile().storage_config
    if task.storage.kind == SQLITE:
        return (settings["filepath"],)
    folder = Path(unquote(urlsplit(settings["repository_uri"]).path))
    return (task.storage.url, "--repository", str(folder / "container"))


def name_of(item) -> str:
    """Return the name of a test from its file on, without its folders."""
    return item.nodeid.rpartition("/")[2]


def pytest_configure():
    """Replace AiiDA's function before its tests are imported: they import it by name."""
    aiida.restapi.run_api.configure_api = forward


def pytest_collection_modifyitems(items):
    """Mark what is expected to fail, and what AiiDA runs on PostgreSQL only."""
    rows = {row.test: row for row in FAILURES}
    for item in items:
        if row := rows.pop(name_of(item), None):
            reason = f"{row.reason} (docs/deviations.md: {row.quote})"
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))
        if task.storage.kind == SQLITE and item.get_closest_marker("requires_psql"):
            item.add_marker(pytest.mark.skip(reason="AiiDA runs it on PostgreSQL only"))
    if rows and task.complete:
        raise pytest.UsageError(f"No test has the name of an expected failure: {sorted(rows)}")


@pytest.fixture(scope="session", autouse=True)
def aiida_profile(aiida_config, aiida_profile_factory, tmp_path_factory):
    """AiiDA's fixture of this name, on the storage of the task."""
    options = {}
    if task.storage.kind != SQLITE:
        repository = tmp_path_factory.mktemp("repository")
        settings = task.storage.settings() | {"repository_uri": repository.as_uri()}
        options = {"storage_backend": "core.psql_dos", "storage_config": settings}
    with aiida_profile_factory(aiida_config, **options) as profile:
        yield profile
        servers.close()


@pytest.fixture(autouse=True)
def _named(request):
    """Tell the comparison which test asks."""
    comparison.test = name_of(request.node)


def pytest_sessionfinish(session):
    """Fail a run with an unexpected difference, or with a row that nothing needed any more."""
    wrong = comparison.unexpected or (task.complete and comparison.unused())
    if session.exitstatus == pytest.ExitCode.OK and wrong:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    """Say how it went."""
    report.write(terminalreporter, comparison, complete=task.complete)
