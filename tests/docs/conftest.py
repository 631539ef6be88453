from __future__ import annotations

import signal

import pytest

from support.command import Server


@pytest.fixture(scope="session")
def demo():
    """The demo store, served by the command that the pages name."""
    server = Server("demo")
    yield server
    server.stop(signal.SIGINT)
