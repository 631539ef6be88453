"""`provender config examples`: the files to begin with, which come with the package."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.command import run

ROOT = Path(__file__).parents[2]
FILES = {
    path.relative_to(ROOT).as_posix(): path.read_text()
    for folder in ("config", "wsgi")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.is_file() and "__pycache__" not in path.parts
}


def test_the_list_names_every_file_with_its_purpose():
    lines = run("config", "examples")[0].splitlines()
    assert [line.split()[0] for line in lines] == list(FILES)
    assert any(" nginx in front of gunicorn: a server block" in line for line in lines)
    assert all(line.endswith(".") for line in lines)


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_printed_as_it_is(name):
    assert run("config", "examples", name)[0] == FILES[name]


def test_all_files_are_written_below_a_folder(tmp_path):
    out, _ = run("config", "examples", "--to", tmp_path / "new")
    assert out.splitlines() == [str(tmp_path / "new" / name) for name in FILES]
    assert {name: (tmp_path / "new" / name).read_text() for name in FILES} == FILES


def test_one_folder_of_them_is_written(tmp_path):
    run("config", "examples", "wsgi/", "--to", tmp_path)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.relative_to(tmp_path).as_posix() for path in written} == {
        name for name in FILES if name.startswith("wsgi/")
    }


def test_no_file_is_overwritten(tmp_path):
    kept = tmp_path / "config" / "nginx.conf"
    kept.parent.mkdir()
    kept.write_text("mine")
    _, err = run("config", "examples", "--to", tmp_path, status=1)
    assert err.startswith(f"Error: {kept} exists, and no file is overwritten.")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [kept]
    assert kept.read_text() == "mine"


def test_an_unknown_name_is_told_with_the_known_ones():
    _, err = run("config", "examples", "apache.conf", status=1)
    assert err.startswith("Error: There is no example apache.conf.")
    assert "wsgi/one.conf" in err


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path):
    (tmp_path / "config").touch()
    _, err = run("config", "examples", "config", "--to", tmp_path, status=1)
    path = os.fspath(tmp_path / "config" / "gunicorn.conf.py")
    assert err.startswith(f"Error: {path} cannot be written: ")
