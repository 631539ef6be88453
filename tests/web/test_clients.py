"""Which addresses count as one client, wherever clients are counted."""

from __future__ import annotations

import pytest

from provender.web.middleware.clients import client_of


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9%eth0", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a:b", "a:b"),
        ("unix", "unix"),
        ("", ""),
    ],
)
def test_a_client_is_an_address_or_a_network(address, client):
    assert client_of(address) == client
