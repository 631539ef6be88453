"""`provender access`, and what `provender config check` says of it."""

from __future__ import annotations

import re
import stat

import pytest

from support.command import run


def test_a_token_is_printed_once_and_kept_as_a_hash(tmp_path):
    file = tmp_path / "users"
    out, err = run("access", "add", file, "viewer")
    token = out.strip()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
    assert "not shown again" in err
    assert token not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again, _ = run("access", "add", file, "viewer")
    assert again != out
    assert file.read_text().count("viewer:sha256:") == 2


@pytest.mark.parametrize("name", ["anyone", "a:b", "known"])
def test_a_wrong_name_is_refused(tmp_path, name):
    _, err = run("access", "add", tmp_path / "users", name, status=1)
    assert f"A user cannot be called `{name}`." in err
    assert not (tmp_path / "users").exists()


def test_a_file_that_cannot_be_written_is_an_error(tmp_path):
    _, err = run("access", "add", tmp_path / "none" / "users", "viewer", status=1)
    assert "cannot be written" in err


@pytest.fixture
def checked(tmp_path, data):
    """A function that checks a configuration; returns the findings on access and web sites."""

    def check(text, status=0):
        file = tmp_path / "config.yaml"
        profiles = f"lab: {{store: {data / 'lab.aiida'}, readers: [alice]}}, free: demo"
        file.write_text(f"default_profile: free\nprofiles: {{{profiles}}}\n{text}")
        file.chmod(0o600)
        out, _ = run("config", "check", file, "--offline", status=status)
        lines = [re.split(r"  +", line, maxsplit=2) for line in out.split("\n\n")[0].splitlines()]
        return [
            (level, words)
            for level, subject, words in lines
            if subject in ("access", "web sites", "requests")
        ]

    return check


def users_of(tmp_path, name="alice"):
    run("access", "add", tmp_path / "users", name)
    return tmp_path / "users"


def test_who_is_guarded_is_told(checked, tmp_path):
    users_of(tmp_path)
    guarded = "guarded: lab; scripts of no other web site may read them"
    assert checked("access: {file: users}") == [("ok", guarded)]
    site = "https://a.example"
    found = checked(f"access: {{file: users}}\ncors: ['*', '{site}']")
    assert found == [("ok", f"guarded: lab; scripts of {site} may read them")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "There are readers, but no users: set `access.file`."),
        ("access: {file: nowhere}", "cannot be read (No such file or directory)"),
        ("access: {file: .}", "cannot be read"),
        ("access: {header: X-User, trusted: [a]}", "neither an address nor a network"),
        ("cors: [a.example]", "`a.example` is not the origin of a web site."),
        ("frame_ancestors: [a.example]", "`a.example` is not the origin of a web site."),
        ("trusted_hosts: ['http://a']", "`trusted_hosts` holds `http://a`, which is not a host."),
    ],
)
def test_what_cannot_work_is_a_problem(checked, text, words):
    problems = [told for level, told in checked(text, status=1) if level == "problem"]
    assert any(words in told for told in problems), problems


def test_requests_of_a_client_are_told(checked, tmp_path):
    users_of(tmp_path)
    text = "access: {file: users}\nlimits: {requests: "
    assert ("ok", "100/minute of one client") in checked(f"{text}100/minute}}")
    wrong = "`limits.requests` cannot be `many`. For example 100/minute."
    assert ("problem", wrong) in checked(f"{text}many}}", status=1)


def test_what_may_not_be_meant_is_a_warning(checked, tmp_path):
    users = users_of(tmp_path, "alicia")
    users.chmod(0o644)
    text = "access: {file: users, header: X-User, metrics: [anyone]}\nmetrics: true\n"
    text += "cors: [https://a.example]\n"
    found = [words for level, words in checked(text) if level == "warning"]
    for words in (
        "Others may read or change",
        "The header X-User is never believed",
        "/metrics is for `anyone` and names all profiles",
        "(DNS rebinding)",
    ):
        assert any(words in told for told in found), (words, found)
    found = checked("access: {file: users, header: X-User, trusted: [0.0.0.0/0]}")
    assert any("any client can be any user" in words for _, words in found)
    found = checked("access: {file: users}\nmetrics: true")
    assert ("warning", "/metrics is for nobody: set `access.metrics`.") in found
    found = checked("access: {file: users}")
    assert any("is called `alice`. Did you mean `alicia`?" in words for _, words in found)


def test_a_malformed_line_is_a_problem_that_shows_no_secret(checked, tmp_path):
    users = users_of(tmp_path)
    users.write_text(users.read_text() + "alice:plain-password\n")
    (told,) = [
        words for level, words in checked("access: {file: users}", status=1) if level != "ok"
    ]
    assert "line 3 has neither a password nor a token" in told
    assert "plain" not in told
