"""The house itself: sizes, names, and documentation that tells the truth."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from pathlib import Path

from provender import errors, settings
from provender.query.querystring.parameters import ALL_PARAMETERS
from provender.web.dialects import DIALECTS
from provender.web.dialects.reference import filled, table
from provender.web.routes.route import Access

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "provender"
MODULES = sorted(SOURCE.rglob("*.py"))
DOCS = ROOT / "docs"


def lines(path):
    return len(path.read_text().splitlines())


def functions():
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def test_modules_have_room():
    sizes = {str(path.relative_to(SOURCE)): lines(path) for path in MODULES}
    assert {name: size for name, size in sizes.items() if size > 400} == {}
    assert statistics.median(size for size in sizes.values() if size > 5) <= 200


def test_functions_are_short():
    long = {
        f"{path.name}:{node.name}": node.end_lineno - node.lineno + 1
        for path, node in functions()
        if node.end_lineno - node.lineno + 1 > 60
    }
    allowed = {"restapi.py:restapi", "app.py:configure_api"}  # one line for each option
    assert set(long) <= allowed, long


def test_no_room_is_called_what_tells_nothing():
    names = {part for path in MODULES for part in path.relative_to(SOURCE).with_suffix("").parts}
    assert not names & {"utils", "util", "helpers", "helper", "common", "misc"}


def test_only_the_table_of_dialects_knows_which_there_are():
    knowing = [
        path.name
        for path in MODULES
        if path.parent.name != "dialects"
        and "client" not in path.parts  # a client asks in one of them
        and re.search(r"\bv[24]\b|V[24]\b", path.read_text())
    ]
    assert knowing == []


def test_every_module_names_its_floor():
    floors = {
        path.relative_to(SOURCE): ast.get_docstring(ast.parse(path.read_text())) for path in MODULES
    }
    exempt = {Path("__init__.py"), Path("__main__.py")}
    missing = [
        str(path)
        for path, text in floors.items()
        if path not in exempt and "Floor:" not in (text or "")
    ]
    assert missing == []


def tree(kind):
    for child in kind.__subclasses__():
        yield child
        yield from tree(child)


def test_the_tree_of_errors_is_drawn_and_documented():
    page = (DOCS / "reference" / "errors.md").read_text()
    for kind in tree(errors.ProvenderError):
        if kind.__module__ == errors.__name__:
            assert kind.__name__ in errors.__doc__
            if kind is not errors.ConfigurationError:
                assert f"| `{kind.code}` | {kind.status} |" in page
    codes = [
        kind.code for kind in tree(errors.ProvenderError) if kind.__module__ == errors.__name__
    ]
    assert len(codes) == len(set(codes))


def test_every_setting_is_documented():
    page = (DOCS / "reference" / "settings.md").read_text()
    rows = settings.table()
    assert rows
    for row in rows:
        assert f"| `{row.name}` | {row.default or '-'} | {row.help} |" in page


def test_every_route_is_documented():
    page = (DOCS / "reference" / "routes.md").read_text()
    assert page.count("<!-- routes of") == len(DIALECTS)
    assert filled(page) == page, "run `python docs/routes.py`"
    assert table(DIALECTS[0]).count("\n") > 30


def test_every_route_says_what_it_takes_and_answers():
    known = set(ALL_PARAMETERS)
    assert DIALECTS
    for dialect in DIALECTS:
        specials = set(dialect.specials.values())
        assert len(dialect.routes) > 50
        for route in dialect.routes:
            assert route.answer.text
            assert route.access is Access.GUARDED
            assert set(route.parameters) <= specials <= known, route.path
            assert (route.view is None) <= (not route.has_filters)


PAGES = [
    path
    for path in [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
    if "_build" not in path.parts
]


LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


def test_links_of_pages_lead_somewhere():
    links = [(path, target) for path in PAGES for target in LINK.findall(path.read_text())]
    inner = [(path, target) for path, target in links if "://" not in target]
    assert len(inner) > 50
    assert [link for link in inner if not (link[0].parent / link[1]).exists()] == []


def test_every_suppressed_rule_has_its_reason():
    bare = [
        f"{path.name}:{number}"
        for path in MODULES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"# noqa: [A-Z0-9, ]+$", line.strip())
    ]
    assert bare == []


def test_the_readme_shows_what_check_prints():
    block = re.search(
        r"\$ provender check demo\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL
    )
    done = subprocess.run(
        [sys.executable, "-m", "provender", "check", "demo"],
        capture_output=True,
        text=True,
        check=True,
    )
    first, _, rest = done.stdout.partition("\n")
    assert first.startswith("demo: ")
    assert block[1].partition("\n")[2] == rest


def test_the_readme_names_commands_that_exist():
    help_text = subprocess.run(
        [sys.executable, "-m", "provender", "-h"], capture_output=True, text=True, check=True
    ).stdout
    named = set(re.findall(r"^\$ provender (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert named
    assert all(re.search(rf"^  {name} ", help_text, re.MULTILINE) for name in named)


TIMES_OF_DAY = {
    "web/access/accounts.py": "a file has the time of day at which it was changed",
    "web/access/rates.py": "the library names the end of a window by the time of day",
    "web/access/signatures.py": "a link holds the time of day until which it is good",
    "web/access/door.py": "the same",
    "web/serving/refusals.py": "waitress notes so when a refusal began; only the log shows it",
}
"""Modules that may ask for the time of day in seconds, and why."""


def test_no_duration_is_measured_by_the_time_of_day():
    """The clock of a machine may jump: `time.monotonic` and `time.perf_counter` do not."""
    calls = ("time.time(", "time.time_ns(", "from time import")
    found = {
        str(path.relative_to(SOURCE))
        for path in MODULES
        if any(call in path.read_text() for call in calls)
    }
    assert found == set(TIMES_OF_DAY)
