"""A client is kept under a name."""

from __future__ import annotations

import stat

import pytest

from provender.client import BadQuery, Client, NotFound, Unreachable
from provender.client.transport.retrying import Retries


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def test_a_client_is_restored(demo_url):
    with Client(demo_url, profile="demo") as client:
        path = client.save("paper")
        number = client.nodes.list().count()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert Client.sessions() == ["paper"]
    with Client.restore("paper") as again:
        assert again.connection.profile == "demo"
        assert again.nodes.list().count() == number


def test_a_token_is_kept_if_it_is_asked_for(demo_url):
    with Client(demo_url, token="secret") as client:  # noqa: S106
        assert "secret" not in client.save("without").read_text()
        assert "secret" in client.save("with", with_token=True).read_text()
    assert Client.restore("with").connection.manners.token == "secret"  # noqa: S105
    assert "secret" not in repr(Client.restore("with"))


def test_the_environment_overrides(demo_url, monkeypatch):
    Client("https://example.org", profile="other", token="old").save("paper", with_token=True)  # noqa: S106
    monkeypatch.setenv("PROVENDER_CLIENT_URL", demo_url)
    monkeypatch.setenv("PROVENDER_CLIENT_PROFILE", "demo")
    monkeypatch.setenv("PROVENDER_CLIENT_TOKEN", "new")
    for client in (Client.restore("paper"), Client()):
        assert client.connection.base == f"{demo_url}/demo/api/v4"
        assert client.connection.manners.token == "new"  # noqa: S105


def test_a_name_nobody_saved(demo_url):
    Client(demo_url).save("paper")
    with pytest.raises(NotFound) as caught:
        Client.restore("papre")
    assert caught.value.hint == "Did you mean `paper`?"


@pytest.mark.parametrize("name", ["", "../x", "a b", "a:b", "a.json"])
def test_names_that_no_session_has(demo_url, name):
    with pytest.raises(BadQuery):
        Client(demo_url).save(name)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"url": 3}', '{"url": "http://x", "more": 1}'])
def test_a_damaged_file(demo_url, text):
    Client(demo_url).save("paper").write_text(text)
    with pytest.raises(BadQuery, match="holds no session"):
        Client.restore("paper")


@pytest.mark.parametrize(
    "given", ["", "/", "ftp://example.org", "http://", "http://me:secret@example.org", "http://[x"]
)
def test_what_is_no_address(given):
    with pytest.raises(BadQuery) as caught:
        Client(given)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("end", ["", "/", "/api/v4", "/api/v4/nodes?limit=3", "/api/v2/"])
def test_any_address_of_the_server_will_do(demo_url, end):
    with Client(demo_url + end) as client:
        assert client.nodes.list().count() == 463


def test_the_stores_of_a_server(demo_url):
    found = Client.profiles(demo_url)
    assert [(item.name, item.nodes, item.reachable) for item in found] == [("demo", 463, True)]
    assert "demo" in found._repr_html_()


def test_nobody_is_there():
    few = Retries(tries=2, first_seconds=0.01)
    with pytest.raises(Unreachable, match="cannot be reached"):
        Client("http://127.0.0.1:1", retries=few).nodes.list().first()
