"""The pages tell the truth: their commands are run, and what they show is what comes."""

from __future__ import annotations

import re
import shlex

import pytest

from support.command import run
from support.pages import DOCS, ROOT, SERVED_AT, Shown, blocks, commands, is_shown, read, table
from support.server import ask
from support.shell import printed


def shown_in(page):
    """Return the commands of a page with what they print there."""
    return [shown for block in blocks(page, "console") for shown in commands(block)]


TUTORIAL = shown_in(read("docs/tutorial.md"))
ASKING = [shown for shown in TUTORIAL if shown.command.startswith("curl ")]
WHY = shown_in(read("docs/howto/why.md"))
CLIENTS = read("docs/howto/clients.md")
PROGRAMS = blocks(CLIENTS, "python")


def test_the_tutorial_asks_and_does_nothing_else():
    others = [shown.command for shown in TUTORIAL if shown not in ASKING]
    assert others == ["make serve"]
    assert len(ASKING) > 12
    assert all(f"'{SERVED_AT}/" in shown.command for shown in ASKING)


@pytest.mark.parametrize("shown", ASKING, ids=lambda shown: shown.command)
def test_the_tutorial_shows_what_comes(shown, demo, tmp_path, monkeypatch):
    (query,) = blocks(read("docs/tutorial.md"), "json")
    (tmp_path / "question.json").write_text(query)
    monkeypatch.chdir(tmp_path)
    assert shown.lines
    assert is_shown(shown.lines, printed(shown.command, demo)), printed(shown.command, demo)


@pytest.mark.parametrize("shown", WHY[1:], ids=lambda shown: shown.command)
def test_the_page_on_failures_shows_what_comes(shown, demo):
    assert is_shown(shown.lines, printed(shown.command, demo)), printed(shown.command, demo)


def test_three_commands_lead_to_the_reason():
    first, *asking, _ = (shown.command for shown in WHY)
    assert first == "make serve"
    assert ["failed=1" in asking[0], asking[1].partition("/traceback")[1]] == [True, "/traceback"]
    assert len(asking) == 2


ADDRESSES = [
    pytest.param(word.partition(":5000")[2], id=f"{page.stem}: {word}")
    for page in sorted((DOCS / "processes").glob("*.md"))
    for shown in shown_in(page.read_text("utf-8"))
    for word in shlex.split(shown.command)
    if ":5000/" in word and "<" not in word
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_the_pages_on_processes_ask_for_is_in_the_demo(address, demo):
    assert ask(f"{demo.root}{address}").status == 200


@pytest.mark.parametrize(("query", "count"), table(CLIENTS, "Blanks, quotes and percent signs"))
def test_a_plus_is_no_blank(query, count, demo):
    answer = ask(f"{demo.root}/api/v4/nodes?{query.strip('`')}")
    assert (answer.status, len(answer.rows())) == (200, int(count))


def test_the_programs_shown_print_what_is_shown(demo, capsys):
    assert len(PROGRAMS) == 2
    for program, text in zip(PROGRAMS, blocks(CLIENTS, "text"), strict=True):
        assert SERVED_AT in program
        exec(program.replace(SERVED_AT, demo.root), {})  # noqa: S102 - our page
        assert capsys.readouterr().out == text


def test_the_commands_of_other_clients_find_nodes(demo):
    found = shown_in(CLIENTS)
    assert [shown.command.partition(" ")[0] for shown in found] == ["http", "curl"]
    (url,) = re.findall(r"':5000(/[^']+)' limit==2", found[0].command)
    assert len(ask(f"{demo.root}{url}&limit=2").rows()) == 2
    assert '"label":"bcc Fe"' in printed(found[1].command.replace("curl", "curl -s"), demo)[0]


def test_the_page_on_installing_shows_what_the_command_prints():
    found = shown_in(read("docs/install.md"))
    tried = [shown for shown in found if shown.command.startswith("provender ")]
    assert len(tried) == 2
    for shown in tried:
        out, _ = run(*shown.command.split()[1:])
        assert is_shown(
            shown.lines, re.sub(r"(?m)^demo: .*(?=/provender/demo)", "demo: ...", out).splitlines()
        )


def test_the_readme_shows_the_banner(demo):
    (shown,) = blocks(read("README.md"), "text")
    assert is_shown(shown.splitlines(), demo.banner.replace(demo.root, SERVED_AT).splitlines())


PAGES = [path for path in [*ROOT.glob("*.md"), *DOCS.rglob("*.md")] if "_build" not in path.parts]


def test_links_lead_to_headings_that_exist():
    links = [
        (page, target, anchor)
        for page in PAGES
        for target, anchor in re.findall(r"\]\(([^)#\s]*)#([^)]+)\)", page.read_text("utf-8"))
        if "://" not in target
    ]
    assert len(links) > 20
    missing = [
        f"{page.name}: {target}#{anchor}"
        for page, target, anchor in links
        if anchor not in anchors((page.parent / target if target else page).read_text("utf-8"))
    ]
    assert missing == []


def anchors(page):
    """Return the names under which the headings of a page can be linked to."""
    headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


def test_a_pattern_of_lines():
    assert is_shown(["a", "...", "d"], ["a", "b", "c", "d"])
    assert is_shown(["a", " ...", "d"], ["a", "d"])
    assert not is_shown(["a", "...", "d"], ["a", "b"])
    assert not is_shown(["a.c"], ["abc"])
    assert not is_shown(["a"], ["a", "b"])
    assert commands("$ one\nout\n\n$ two\n") == [Shown("one", ("out", "")), Shown("two", ())]
