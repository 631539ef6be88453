from __future__ import annotations

from dataclasses import replace

import pytest

from provender.settings import Access, ProfileSettings
from provender.web.access import accounts
from support.users import PASSWORD, Users


@pytest.fixture(scope="session")
def users(tmp_path_factory):
    file = tmp_path_factory.mktemp("access") / "users"
    accounts.add_password(file, "alice", PASSWORD)
    reader, collector = accounts.add_token(file, "reader"), accounts.add_token(file, "collector")
    return Users(file, reader, collector)


@pytest.fixture(scope="session")
def shared(settings, data, users):
    """Settings of an open profile, which is the default one, and a guarded one."""
    return replace(
        settings,
        profiles={
            "free": ProfileSettings(str(data / "materials.aiida")),
            "lab": ProfileSettings(str(data / "lab.aiida"), readers=("alice", "reader")),
        },
        default_profile="free",
        access=Access(file=users.file, metrics=("collector",)),
        metrics=True,
    )
