"""`provender remote`: names of servers, kept with or without a token."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from provender.settings import Access, ProfileSettings
from provender.web.access import accounts
from support.command import COMMAND, run


@pytest.fixture
def own(tmp_path):
    """The environment of a user without remotes."""
    return {"XDG_CONFIG_HOME": str(tmp_path / "config")}


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    file = tmp_path_factory.mktemp("access") / "users"
    return file, accounts.add_token(file, "reader")


@pytest.fixture(scope="module")
def guarded(settings, data, token, serve):
    """A server with an open store, which is the default one, and one for readers alone."""
    profiles = {
        "free": ProfileSettings(str(data / "materials.aiida")),
        "lab": ProfileSettings(str(data / "lab.aiida"), readers=("reader",)),
    }
    more = replace(settings, profiles=profiles, default_profile="free")
    served = serve(None, profiles=more.profiles, default_profile="free", access=Access(token[0]))
    return served.root


def test_remotes_are_added_listed_changed_and_removed(guarded, own):
    assert run("remote", "list", environment=own) == ("", "")
    out, _ = run("remote", "add", "free", guarded, environment=own)
    assert out.startswith(f"Added `free`: {guarded}/api/v4 (Provender ")
    assert out.endswith("Ask it:   provender ps free:\n")
    out, _ = run("remote", "add", "free", f"{guarded}/api/v4/nodes", environment=own)
    assert out.startswith("Changed `free`: ")
    out, _ = run("remote", "list", "--json", environment=own)
    one = {"name": "free", "url": guarded, "profile": None, "token": False}
    assert json.loads(out) == {"remotes": [one]}
    assert run("remote", "list", environment=own)[0].split()[-4:] == ["free", guarded, "-", "-"]
    assert run("remote", "remove", "free:", environment=own) == ("Removed `free`.\n", "")
    assert "There is no remote `free`." in run("ps", "free:", status=1, environment=own)[1]
    assert "`free`" in run("remote", "remove", "free", status=1, environment=own)[1]


def test_a_token_comes_from_a_pipe_or_a_variable_and_is_never_shown(guarded, token, own, data):
    add = ["remote", "add", "lab", guarded, "--profile", "lab"]
    _, err = run(*add, status=1, environment=own)
    assert "The remote `lab` wants a token" in err
    assert "--token" in err
    run(*add, "--token-env", "MINE", environment={**own, "MINE": token[1]})
    expected = run("ps", data / "lab.aiida", "-l", "3")
    assert run("ps", "lab:", "-l", "3", environment=own) == expected
    shown, _ = run("remote", "list", environment=own)
    assert shown.split()[-2:] == ["lab", "kept"]
    assert token[1] not in shown
    (file,) = Path(own["XDG_CONFIG_HOME"]).rglob("lab.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.unlink()
    piped = subprocess.run(
        [*COMMAND, *add, "--token"],
        input=f"{token[1]}\n",
        text=True,
        capture_output=True,
        check=True,
        env={**os.environ, **own},
    )
    assert token[1] not in piped.stdout + piped.stderr
    assert run("ps", "lab:", "-l", "3", environment=own) == expected


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["a b", "http://127.0.0.1:9"], 1, "`a b` is no name of a remote."),
        (["lab", "ftp://127.0.0.1"], 1, "is not the address of a server"),
        (["lab", "http://me:secret@127.0.0.1"], 1, "has a name or a password"),
        (["lab", "http://127.0.0.1:9"], 1, "The remote `lab` does not answer."),
        (["lab", "http://127.0.0.1:9", "--token-env", "NONE"], 2, "NONE holds no token"),
        (["lab"], 2, "Missing argument"),
    ],
)
def test_what_cannot_be_a_remote_is_not_kept(arguments, status, words, own):
    out, err = run("remote", "add", *arguments, status=status, environment=own)
    assert out == ""
    assert words in err
    assert "secret" not in err
    assert run("remote", "list", environment=own) == ("", "")


def test_another_program_is_no_remote(own, tmp_path):
    server = subprocess.Popen(
        [COMMAND[0], "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        port = server.stdout.readline().split(" port ")[1].split()[0]
        _, err = run("remote", "add", "web", f"http://127.0.0.1:{port}", status=1, environment=own)
    finally:
        server.kill()
        server.communicate()
    assert "The remote `web` does not serve this." in err
    assert "no Provender server" in err
