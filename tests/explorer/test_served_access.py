"""The page of a guarded store: who gets it, what it tells, and what it hides."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from support.browser import BROWSER as CHROMIUM
from support.browser import browsing
from support.explorer import BROWSER, told
from support.server import serving
from support.users import PASSWORD, bearer
from support.waiting import wait_until

PAGES = ("/{}/", "/{}/browse", "/{}/browse/nodes/x%2Fy")


def shown(answer, name):
    """Return what tells one answer from another, without the name that was asked for."""
    headers = {key: text for key, text in answer.headers if key not in ("Date", "X-Request-ID")}
    headers.pop("ETag", None)  # it is made of the page
    headers.pop("Content-Length")
    return answer.status_code, answer.text.replace(name, "NAME"), headers


@pytest.mark.parametrize("kind", ["with_tokens", "with_passwords", "with_both"])
@pytest.mark.parametrize("headers", [BROWSER, {}, BROWSER | bearer("nobody's")])
def test_guarded_and_unknown_names_get_the_same_page(kind, headers, make_app, request):
    settings, _ = request.getfixturevalue(kind)
    client = make_app(settings=settings).test_client()
    for page in PAGES:
        for method in ("GET", "HEAD", "POST", "OPTIONS"):
            answers = [
                shown(client.open(page.format(name), method=method, headers=headers), name)
                for name in ("lab", "vault", "nix")
            ]
            assert answers[0] == answers[1] == answers[2], (page, method)


def test_where_people_have_tokens_the_page_asks_for_one(with_tokens, make_app):
    settings, users = with_tokens
    client = make_app(settings=settings).test_client()
    for page in PAGES:
        answer = client.get(page.format("lab"), headers=BROWSER)
        assert answer.status_code == 200
        assert "WWW-Authenticate" not in answer.headers
        found = told(answer.text)
        assert (found["guarded"], found["login"]) == (True, "token")
        assert (found["page"], found["profile"]) == ("store", "lab")
        assert answer.headers["Cache-Control"].startswith("private")
        assert {"Accept", "Authorization"} <= set(answer.vary)
        etag = {"If-None-Match": answer.headers["ETag"]}
        assert client.get(page.format("lab"), headers=BROWSER | etag).status_code == 304
    api = told(client.get("/lab/", headers=BROWSER).text)["api"]
    assert client.get(f"{api}/nodes?limit=1").status_code == 401
    assert client.get(f"{api}/nodes?limit=1", headers=bearer(users.reader)).status_code == 200


def test_programs_are_refused_as_before(with_tokens, make_app):
    client = make_app(settings=with_tokens[0]).test_client()
    answer = client.get("/lab/", headers={"Accept": "*/*"})
    assert (answer.status_code, answer.json["code"]) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"]


def test_a_download_of_a_guarded_store_is_a_signed_link(with_tokens, make_app):
    settings, users = with_tokens
    client = make_app(settings=settings).test_client()
    api = told(client.get("/lab/", headers=BROWSER).text)["api"]
    filters = 'node_type=like="data.core.folder%25"&limit=1'
    nodes = client.get(f"{api}/nodes?{filters}", headers=bearer(users.reader)).json["data"]["nodes"]
    path = f"/api/v4/nodes/{nodes[0]['uuid']}/download?download_format=json"
    body = json.dumps({"path": path})
    assert client.post(f"{api}/download_links", data=body).status_code == 401
    answer = client.post(f"{api}/download_links", data=body, headers=bearer(users.reader))
    url = answer.json["data"]["url"].removeprefix("http://localhost")
    assert client.get(url).data == client.get(f"/lab{path}", headers=bearer(users.reader)).data
    assert client.get(f"/lab{path}").status_code == 401


def test_where_people_have_passwords_the_browser_asks(with_passwords, make_app):
    settings, users = with_passwords
    client = make_app(settings=settings).test_client()
    for page in PAGES:
        refused = client.get(page.format("lab"), headers=BROWSER)
        assert refused.status_code == 401
        challenges = refused.headers.getlist("WWW-Authenticate")
        assert 'Basic realm="Provender"' in challenges
        assert refused.content_type.startswith("text/html")
        assert "There is nothing here that you may read." in refused.text
        assert told(refused.text) is None
        answer = client.get(page.format("lab"), headers=BROWSER | users.alice)
        assert answer.status_code == 200
        found = told(answer.text)
        assert (found["guarded"], found["login"]) == (True, "basic")
        assert (found["page"], found["profile"]) == ("store", "lab")
    assert client.get("/vault/", headers=users.alice).status_code == 200


def test_who_has_a_token_only_can_send_it_after_the_question_for_a_password(with_both, make_app):
    settings, users = with_both
    client = make_app(settings=settings).test_client()
    refused = client.get("/lab/browse", headers=BROWSER)
    assert refused.status_code == 401
    assert 'Basic realm="Provender"' in refused.headers.getlist("WWW-Authenticate")
    assert "ETag" not in refused.headers
    found = told(refused.text)
    assert (found["guarded"], found["login"], found["profile"]) == (True, "token", "lab")
    answer = client.get("/lab/browse", headers=BROWSER | users.alice)
    assert (answer.status_code, told(answer.text)["login"]) == (200, "basic")
    denied = client.get("/vault/browse", headers=BROWSER | bearer(users.reader))
    assert denied.status_code == 401


def test_open_stores_stay_open(with_both, make_app):
    client = make_app(settings=with_both[0]).test_client()
    for path in ("/", "/free/", "/browse/x", "/free/browse/x"):
        answer = client.get(path)
        found = told(answer.text)
        assert (answer.status_code, found["profile"]) == (200, "free")
        assert (found["guarded"], found["login"]) == (False, None)


def test_the_first_page_is_a_list_for_those_who_may_read_several(with_both, make_app):
    settings, users = with_both
    client = make_app(settings=settings).test_client()
    assert told(client.get("/").text)["page"] == "store"
    answer = client.get("/", headers=users.alice)
    assert told(answer.text)["page"] == "stores"
    assert "Authorization" in answer.vary
    assert answer.headers["Cache-Control"].startswith("private")


@pytest.mark.parametrize("kind", ["with_tokens", "with_passwords", "with_both"])
def test_of_a_guarded_default_store_the_first_page_tells_nothing(kind, make_app, request):
    settings, _ = request.getfixturevalue(kind)
    others = {"vault": settings.profiles["vault"]}
    alone = replace(settings, profiles=others, default_profile="vault")
    several = replace(
        settings,
        profiles=others | {"lab": settings.profiles["lab"]},
        default_profile="lab",
    )
    for path in ("/", "/browse", "/browse/x"):
        one, two = (
            shown(make_app(settings=one).test_client().get(path, headers=BROWSER), "NAME")
            for one in (alone, several)
        )
        assert one == two
        assert "vault" not in one[1]
        assert (told(one[1]) or {"profile": None})["profile"] is None


def test_of_a_guarded_default_store_others_get_the_list(with_both, make_app):
    settings, users = with_both
    client = make_app(settings=replace(settings, default_profile="vault")).test_client()
    answer = client.get("/", headers=BROWSER | bearer(users.reader))
    assert (answer.status_code, told(answer.text)["page"]) == (200, "stores")
    assert told(client.get("/", headers=BROWSER | users.alice).text)["page"] == "stores"
    assert client.get("/", headers=BROWSER).status_code == 401


def test_what_a_web_server_in_front_names_is_enough(shared, make_app, with_both):
    access = replace(with_both[0].access, file=None, header="X-Remote-User", trusted=("127.0.0.1",))
    client = make_app(settings=replace(shared, access=access)).test_client()
    answer = client.get("/lab/", headers=BROWSER | {"X-Remote-User": "alice"})
    found = told(answer.text)
    assert (answer.status_code, found["login"], found["guarded"]) == (200, None, True)
    refused = client.get("/lab/", headers=BROWSER)
    assert (refused.status_code, told(refused.text)) == (401, None)


def test_files_of_pages_are_for_everybody(with_passwords, make_app, build):
    client = make_app(settings=with_passwords[0]).test_client()
    answer = client.get(f"/assets/explorer/{build.script}")
    assert answer.status_code == 200
    assert "private" not in answer.headers["Cache-Control"]


def test_scripts_of_other_sites_read_no_page_of_a_guarded_store(with_both, make_app):
    settings, users = with_both
    client = make_app(settings=settings).test_client()
    site = {"Origin": "https://x.example"}
    for headers in (BROWSER, BROWSER | users.alice):
        answer = client.get("/lab/", headers=headers | site)
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_plain_page_is_guarded_too(with_both, make_app):
    settings, users = with_both
    settings = replace(settings, explorer=False, default_profile="lab")
    client = make_app(settings=settings).test_client()
    for path in ("/", "/lab/", "/nix/"):
        answer = client.get(path, headers=BROWSER)
        assert (answer.status_code, answer.json["code"]) == (401, "unauthorized")
        assert client.post(path).status_code == 401
    for path in ("/", "/lab/"):
        assert client.get(path, headers=users.alice).status_code == 200


SHOWN = "document.querySelector('#app *:not(noscript)') !== null"
ASKING = "document.querySelector('form.token') !== null"
# What a person does who has a token: type it into the field, and press the button.
ENTER = """(token => {{
  document.querySelector('form.token input').value = token;
  document.querySelector('form.token button').click();
}})("{}")"""


@pytest.mark.skipif(CHROMIUM is None, reason="the page is shown by a browser")
@pytest.mark.parametrize("kind", ["with_tokens", "with_both"])
def test_a_token_can_be_entered_in_the_page(kind, make_app, tmp_path, request):
    settings, users = request.getfixturevalue(kind)
    with serving(make_app(settings=settings)) as root, browsing(tmp_path) as page:
        page.answer_questions()  # who has a token cancels the question for a password
        page.load(f"{root}/lab/browse/nodes")
        wait_until(lambda: page.run(ASKING))
        page.run(ENTER.format("nonsense"))
        wait_until(lambda: page.run("document.querySelector('[role=alert]') !== null"))
        first = page.questions
        assert first == (kind == "with_both")  # none for what scripts ask
        page.run(ENTER.format(users.reader))
        wait_until(lambda: page.run(f"!({ASKING})"))
        assert page.run("violations") == []
        page.load(f"{root}/lab/browse/groups")
        wait_until(lambda: page.run(f"{SHOWN} && !({ASKING})"))
        assert page.questions == 2 * first
        page.load(f"{root}/vault/browse/groups")  # which this token does not open
        wait_until(lambda: page.run(ASKING))


@pytest.mark.skipif(CHROMIUM is None, reason="the page is shown by a browser")
def test_a_browser_sends_the_password_to_the_interface_too(with_passwords, make_app, tmp_path):
    app = make_app(settings=with_passwords[0])
    with serving(app) as root, browsing(tmp_path) as page:
        page.answer_questions("alice", PASSWORD)
        page.load(f"{root}/lab/browse/nodes")
        wait_until(lambda: page.run(SHOWN))
        asked = "fetch('/lab/api/v4/nodes?limit=1').then(answer => answer.status)"
        assert page.run(asked) == 200
        assert page.questions == 1
