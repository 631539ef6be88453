from __future__ import annotations

import pytest

from support.browser import BROWSER
from support.visits import Visit, chromium


def pytest_collection_modifyitems(items):
    for item in items:
        if "explorer/browser" in item.nodeid:
            item.fixturenames.insert(0, "build")


@pytest.fixture(scope="session")
def browser(build):
    if BROWSER is None:
        pytest.skip("no Chromium")
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def on_demo(serve):
    return serve("demo", name="demo")


@pytest.fixture
def visiting(browser):
    """A function that opens a page of a server; nothing may go wrong on it."""
    visits = []

    def visit(served, path, expected=(), **options):
        visits.append(Visit(browser, served.root, **options))
        visits[-1].expected = expected
        visits[-1].open(path)
        return visits[-1]

    yield visit
    problems = [problem for one in visits for problem in one.problems()]
    for one in visits:
        one.close()
    assert problems == []
