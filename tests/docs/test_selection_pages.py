"""The pages on selections: each command and each program is run, and shows what comes."""

from __future__ import annotations

import contextlib
import io
import re

import pytest

from support.pages import SERVED_AT, blocks, commands, is_shown, is_told, read
from support.shell import printed

PAGES = [
    "docs/selections/aiida.md",
    "docs/reference/selections.md",
    "docs/selections/changes.md",
    "docs/selections/export.md",
    "docs/selections/facets.md",
    "docs/selections/files.md",
    "docs/selections/keys.md",
    "docs/selections/records.md",
    "docs/selections/schemas.md",
    "docs/selections/select.md",
    "docs/selections/server.md",
    "docs/selections/suggest.md",
    "docs/selections/zips.md",
    "docs/howto/notebook.md",
    "docs/howto/queries.md",
]
SHOWN = [
    pytest.param(page, shown, id=f"{page.rpartition('/')[2]}: {shown.command[:60]}")
    for page in PAGES
    for block in blocks(read(page), "console")
    for shown in commands(block)
]
FILE = re.compile(r"@(\w+\.json)")
QUESTIONS = 10


@pytest.mark.parametrize(("page", "shown"), SHOWN)
def test_a_command_shows_what_comes(page, shown, demo, tmp_path):
    for name in FILE.findall(shown.command):
        (tmp_path / name).write_text(blocks(read(page), "json")[0])
    lines = printed(shown.command, demo, tmp_path)
    assert '"code":' not in lines[0]
    if shown.lines:
        told = is_told if shown.lines[0].startswith("{") else is_shown
        assert told(shown.lines, lines), lines
    else:
        assert lines[0].startswith('{"data":')


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_commands_and_no_others(page):
    text = read(page)
    assert blocks(text, "console")
    assert not any("curl" in block for name in ("sh", "bash") for block in blocks(text, name))


def test_each_question_has_an_answer_in_one_line():
    parts = read("docs/howto/queries.md").split("\n## ")
    asked = [part for part in parts if part.partition(".")[0].isdigit()]
    assert len(asked) == QUESTIONS
    for part in asked:
        (block,) = blocks(part, "console")
        (shown,) = commands(block)
        (query, _) = blocks(part, "json")[:2]
        assert shown.lines
        assert "\n" not in shown.command
        assert len(shown.command) < len(query)


@pytest.mark.parametrize("page", ["docs/selections/python.md", "docs/howto/notebook.md"])
def test_the_programs_print_what_is_shown(page, demo):
    names = {}
    programs, outputs = blocks(read(page), "python"), blocks(read(page), "text")
    assert programs
    for program, text in zip(programs, outputs, strict=False):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(program.replace(SERVED_AT, demo.root), names)  # noqa: S102 - our page
        assert out.getvalue() == text


def test_tokens_of_json_are_compared():
    assert is_told(['{"a": [1,', "...], ...}"], ['{"a":[1,2,{"b":3}],"c":"d"}'])
    assert not is_told(['{"a": 1}'], ['{"a":10}'])
    assert not is_told(['{"a b": 1, ...}'], ['{"ab":1,"c":2}'])
    assert [shown.command for shown in commands("$ a '{\n x}'\nout\n$ b")] == ["a '{\n x}'", "b"]
