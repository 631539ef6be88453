from __future__ import annotations

import logging
import shutil

import pytest

from privacy import secrets
from provender.settings import Cache, Settings
from support import postgres


@pytest.fixture
def folder(tmp_path):
    """A folder whose name is a secret."""
    made = tmp_path / secrets.FOLDER
    made.mkdir()
    return made


@pytest.fixture
def environment(monkeypatch):
    """Secrets in the environment of the server."""
    monkeypatch.setenv("PLANTED_TOKEN", secrets.VARIABLE)
    monkeypatch.setenv("PGPASSWORD", secrets.PASSWORD)


@pytest.fixture
def log():
    """The lines that the server writes to its log."""
    handler = secrets.Lines()
    logger = logging.getLogger("provender")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler.lines
    logger.removeHandler(handler)
    logger.setLevel(before)


@pytest.fixture(params=["postgresql", "sqlite", "archive"])
def planted(request, folder, unpacked, lab_copy):
    """The keywords of an application for a store with secrets, in each form of store."""
    if request.param == "postgresql":
        postgres.run(lab_copy, *secrets.STATEMENTS)
        shutil.copytree(unpacked / "repo" / "container", folder / "container")
        url = secrets.with_password(lab_copy)
        return {"store": url, "repository": folder / "container"}
    shutil.copytree(unpacked / "sqlite_dos", folder / "profile")
    secrets.plant_in_sqlite(folder / "profile" / "database.sqlite")
    if request.param == "sqlite":
        return {"store": folder / "profile"}
    return {"store": secrets.packed(folder, unpacked / "lab.aiida")}


@pytest.fixture
def settings_of(folder):
    """A function that returns settings with the cache in a secret place."""

    def make(**given):
        return Settings(cache=Cache(folder=folder / "cache"), **given)

    return make
