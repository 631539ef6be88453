"""The page of the client and the README show what comes, and name every resource and error."""

from __future__ import annotations

import contextlib
import inspect
import io
import re

import pytest

from provender import client as package
from provender.client import Client, ClientError
from support.pages import SERVED_AT, blocks, read, table

PAGE, README = read("docs/client/index.md"), read("README.md")
SHOWN = re.compile(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.fixture
def printed(demo, tmp_path, monkeypatch):
    """A function that runs a program in a folder of its own, and returns what it prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    names, opened = {}, []

    def run(program):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(program.replace(SERVED_AT, demo.root), names)  # noqa: S102 - our page
        opened.extend(value for value in names.values() if isinstance(value, Client))
        return out.getvalue()

    yield run
    for client in opened:
        client.close()


def test_every_program_of_the_page_prints_what_is_shown(printed):
    programs = SHOWN.findall(PAGE)
    assert len(programs) == len(blocks(PAGE, "python")) == len(blocks(PAGE, "text")) > 5
    for program, text in programs:
        assert printed(program) == text


def test_the_program_of_the_readme_runs(printed, tmp_path):
    (program,) = blocks(README, "python")
    lines = printed(program).splitlines()
    assert len(lines) == 1
    assert "ArithmeticAddCalculation 410" in lines[0]
    assert (tmp_path / "processes.aiida").exists()


def test_the_table_of_resources_has_them_all():
    told = " ".join(row[0] for row in table(PAGE, "Resources"))
    named = set(re.findall(r"`client\.(\w+)`", told))
    properties = inspect.getmembers(Client, lambda member: isinstance(member, property))
    assert named == {name for name, _ in properties}


def test_methods_that_the_table_names_exist(client_of_demo):
    rows = table(PAGE, "Resources")
    assert len(rows) > 5
    for first, rest in rows:
        resources = [
            getattr(client_of_demo, name) for name in re.findall(r"`client\.(\w+)`", first)
        ]
        words = [word for part in re.findall(r"`([^`]+)`", rest) for word in part.split()]
        names = [word.partition("(")[0] for word in words if re.match(r"[a-z_]+(\(|$)", word)]
        missing = [name for name in names if not any(hasattr(one, name) for one in resources)]
        assert [name for name in missing if name not in {"format", "label"}] == [], first


def test_the_table_of_errors_has_them_all():
    told = " ".join(row[0] for row in table(PAGE, "Errors"))
    kinds = [kind for kind in vars(package).values() if inspect.isclass(kind)]
    errors = {kind.__name__ for kind in kinds if issubclass(kind, ClientError)} - {"ClientError"}
    assert set(re.findall(r"`(\w+)`", told)) == errors


@pytest.fixture
def client_of_demo(demo):
    with Client(demo.root) as client:
        yield client
