"""What a user gets who has no clone of the repository: the installed package, and the sdist."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email.parser import BytesParser

import pytest

from deploy.processes import ROOT

EGG = "provender.egg-info"  # setuptools puts one of its own into the sdist
JUNK = {"__pycache__", "_build", "node_modules", EGG}
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", ".*_cache", ".hypothesis", ".coverage*", "build", "dist", *JUNK
)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The sdist and the wheel that is made of it."""
    folder = tmp_path_factory.mktemp("built")
    shutil.copytree(ROOT, folder / "source", ignore=LEFT_OUT, symlinks=True)
    command = [sys.executable, "-m", "build", "-o", folder, folder / "source"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


def files_below(*folders):
    """Return the files that are kept in folders of the repository."""
    return {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not JUNK & set(path.parts)
    }


def test_the_sdist_holds_all_that_is_needed_to_build_test_and_read(built):
    with tarfile.open(built[0]) as archive:
        held = {item.name.partition("/")[2] for item in archive if item.isfile()}
    assert files_below("src", "docs", "tests", "config", "wsgi", "bench", ".ci") <= held
    assert {"Makefile", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"} <= held
    junk = (*JUNK - {EGG}, ".venv")
    assert [name for name in held if any(one in name for one in junk)] == []


def test_the_wheel_holds_the_package_and_its_examples_only(built):
    with zipfile.ZipFile(built[1]) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        metadata = BytesParser().parsebytes(
            archive.read(next(name for name in archive.namelist() if name.endswith("/METADATA")))
        )
    wanted = {name.removeprefix("src/") for name in files_below("src/provender")}
    wanted |= {f"provender/examples/{name}" for name in files_below("config", "wsgi")}
    assert held == wanted
    assert metadata["Project-URL"] == "Homepage, https://pypi.org/project/provender/"


def test_the_installed_command_needs_no_clone(built, tmp_path):
    venv = tmp_path / "venv" / "bin"
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}

    def run(*command):
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(sys.executable, "-m", "venv", "venv")
    run(venv / "python", "-m", "pip", "install", "-q", built[1])
    assert "463  nodes" in run(venv / "provender", "check", "demo")
    run(venv / "provender", "config", "examples", "--to", "here")
    for name in files_below("config", "wsgi"):
        assert (tmp_path / "here" / name).read_bytes() == (ROOT / name).read_bytes()
