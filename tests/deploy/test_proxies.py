"""Whose `X-Forwarded-*` headers are believed."""

from __future__ import annotations

import pytest

from provender.errors import ConfigurationError
from provender.settings import Proxy, Settings

FORGED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "data.example.org",
    "X-Forwarded-Prefix": "/lab",
}
TOLD = "https://data.example.org/lab/"


@pytest.fixture
def root_seen(make_app):
    """A function that tells the `url_root` that a peer's request is answered with."""

    def ask(peer, headers=FORGED, **proxy):
        client = make_app(store="demo", settings=Settings(proxy=Proxy(**proxy))).test_client()
        answer = client.get(
            "/api/v4/nodes?limit=1", headers=headers, environ_base={"REMOTE_ADDR": peer}
        )
        return answer.json["url_root"]

    return ask


@pytest.mark.parametrize(
    ("peer", "trusted"),
    [
        ("127.0.0.1", ("127.0.0.1",)),
        ("10.1.2.3", ("192.0.2.1", "10.0.0.0/8")),
        ("10.1.2.3", ("10.1.2.9/8",)),
        ("::1", ("::1",)),
        ("::ffff:10.1.2.3", ("10.0.0.0/8",)),
        ("fe80::1%eth0", ("fe80::/10",)),
        ("", ("unix",)),
    ],
)
def test_a_trusted_peer_is_believed(root_seen, peer, trusted):
    assert root_seen(peer, trusted=trusted) == TOLD


@pytest.mark.parametrize(
    ("peer", "trusted"),
    [
        ("127.0.0.1", ()),
        ("127.0.0.1", ("unix",)),
        ("11.1.2.3", ("10.0.0.0/8",)),
        ("", ("127.0.0.1",)),
        ("somebody", ("127.0.0.1",)),
        ("::1", ("127.0.0.1",)),
    ],
)
def test_everybody_else_is_not(root_seen, peer, trusted):
    assert root_seen(peer, trusted=trusted) == "http://localhost/"


def test_of_several_hops_the_outermost_of_ours_is_believed(root_seen):
    headers = {"X-Forwarded-Host": "forged.example, data.example.org, inner.example"}
    root = root_seen("127.0.0.1", headers, trusted=("127.0.0.1",), hops=2)
    assert root == "http://data.example.org/"


@pytest.mark.parametrize("entry", ["localhost", "10.0.0.0/40", "*"])
def test_an_entry_that_is_no_network_is_told_at_the_start(make_app, entry):
    with pytest.raises(ConfigurationError, match=r"proxy\.trusted") as caught:
        make_app(store="demo", settings=Settings(proxy=Proxy(trusted=(entry,))))
    assert entry in caught.value.message
