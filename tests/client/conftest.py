from __future__ import annotations

from dataclasses import dataclass, field

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


@dataclass
class Noting:
    """An application that notes what it is asked: the method, and the path below the interface."""

    app: object
    asked: list = field(default_factory=list)

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"].removeprefix("/api/v4")
        self.asked.append((environ["REQUEST_METHOD"], path, environ["QUERY_STRING"]))
        return self.app(environ, start_response)
