from __future__ import annotations

from dataclasses import replace

import pytest

from provender.settings import Access, ProfileSettings
from provender.web.access import accounts
from provender.web.explorer.build import load
from support.users import PASSWORD, Users


@pytest.fixture(scope="session")
def build():
    """The front end that the package holds."""
    found = load()
    if found is None:
        pytest.skip("no front end: make explorer")
    return found


@pytest.fixture(scope="session")
def shared(settings, data, build):
    """Settings of an open profile, which is the default one, and two guarded ones."""

    def guarded(*readers):
        return ProfileSettings(str(data / "lab.aiida"), readers=readers)

    return replace(
        settings,
        profiles={
            "free": ProfileSettings(str(data / "materials.aiida")),
            "lab": guarded("alice", "reader"),
            "vault": guarded("alice"),
        },
        default_profile="free",
    )


@pytest.fixture(scope="session")
def with_tokens(shared, tmp_path_factory):
    """The settings with a reader who has a token, and the file of users; nobody has a password."""
    file = tmp_path_factory.mktemp("tokens") / "users"
    token = accounts.add_token(file, "reader")
    return replace(shared, access=Access(file=file)), Users(file, token, "")


@pytest.fixture(scope="session")
def with_passwords(shared, tmp_path_factory):
    """The settings with a user who has a password, and nobody who has a token."""
    file = tmp_path_factory.mktemp("passwords") / "users"
    accounts.add_password(file, "alice", PASSWORD)
    return replace(shared, access=Access(file=file)), Users(file, "", "")


@pytest.fixture(scope="session")
def with_both(shared, tmp_path_factory):
    """The settings with a user who has a password, and one who has a token."""
    file = tmp_path_factory.mktemp("both") / "users"
    accounts.add_password(file, "alice", PASSWORD)
    return replace(shared, access=Access(file=file)), Users(
        file, accounts.add_token(file, "reader"), ""
    )
