from __future__ import annotations

from contextlib import ExitStack

import pytest

from faults import serving
from faults.crowd import asking
from faults.serving import named, running
from support.proxy import Proxy


@pytest.fixture(scope="session")
def proxy(own_postgres):
    """A proxy in front of the PostgreSQL that may be broken."""
    made = Proxy(own_postgres.url)
    yield made
    made.close()


@pytest.fixture(scope="session")
def profile(proxy, unpacked):
    """The lab in that PostgreSQL, as a profile of the configuration."""
    return {"store": named(proxy.url), "repository": str(unpacked / "repo" / "container")}


@pytest.fixture(scope="module", params=serving.KINDS)
def server(request, tmp_path_factory, profile):
    """Both web servers, one after the other, each for all tests of a module."""
    with running(request.param, tmp_path_factory.mktemp(request.param), profile) as started:
        with asking(started.root) as crowd:  # so that all that is opened once is open
            crowd.wait_for(200, 60)
        yield started


@pytest.fixture
def stack():
    """What is open until the end of a test."""
    with ExitStack() as opened:
        yield opened
