from __future__ import annotations

import pytest

from provender import create_app
from provender.client import Client
from support.server import serving


@pytest.fixture(scope="session")
def demo_url():
    """The root of a server of the demo store."""
    with serving(create_app(store="demo")) as root:
        yield root


@pytest.fixture
def client(demo_url):
    with Client(demo_url) as opened:
        yield opened
