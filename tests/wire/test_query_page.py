"""The pages about posted queries: their answers are the real ones, their tables complete."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from provender.query.plan.joins import JOINS
from provender.query.plan.jsonoperators import MEANINGS
from provender.query.plan.operators import POSTED
from provender.query.plan.plan import CAST_KINDS
from provender.query.plan.planning import FUNCTIONS
from provender.query.posted.path import OWN_KEYS
from provender.query.posted.reading import KEYS
from provender.schema.entities import CLOSURE, ENTITIES, MEMBERSHIP
from support.server import ask

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "howto" / "queries.md").read_text(encoding="utf-8")
REFERENCE = (DOCS / "reference" / "querybuilder.md").read_text(encoding="utf-8")
URL = "http://127.0.0.1:5000/api/v4/querybuilder"


def blocks(text, language="json"):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def sections(pattern):
    """Return the sections of the page whose headings begin with a pattern."""
    return [part for part in re.split(r"^## ", PAGE, flags=re.MULTILINE) if re.match(pattern, part)]


QUESTIONS = sections(r"\d+\. ")


@pytest.fixture(scope="session")
def on_demo(serve):
    return serve("demo")


def post(served, query, **options):
    return ask(f"{served.root}/api/v4/querybuilder", "POST", body=query.encode(), **options)


def test_there_are_ten_questions():
    assert [int(part.partition(".")[0]) for part in QUESTIONS] == list(range(1, 11))


@pytest.mark.parametrize("section", QUESTIONS, ids=lambda part: part.partition("\n")[0])
def test_the_answer_shown_is_the_real_one(section, on_demo):
    query, shown = blocks(section)
    answer = post(on_demo, query)
    assert answer.status == 200
    assert answer.data == json.loads(shown)
    assert answer.total == len(answer.rows())


def test_the_error_shown_is_the_real_one(on_demo):
    query, shown = blocks(*sections("When a query is wrong"))
    answer = post(on_demo, query)
    assert (answer.status, answer.json) == (400, json.loads(shown))


def test_the_command_posts_what_is_answered(on_demo):
    """Curl leaves out line ends and says that it sends a form."""
    query, shown = blocks(QUESTIONS[0])
    assert f"$ curl -s {URL} -d @question.json\n" in PAGE
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert post(on_demo, query.replace("\n", ""), headers=form).data == json.loads(shown)


def test_the_python_shown_runs(on_demo, tmp_path, monkeypatch, capsys):
    query, shown = blocks(QUESTIONS[0])
    (tmp_path / "question.json").write_text(query)
    monkeypatch.chdir(tmp_path)
    (program,) = blocks(PAGE, "python")
    assert URL in program
    exec(program.replace(URL, f"{on_demo.root}/api/v4/querybuilder"), {})  # noqa: S102 - our page
    data = json.loads(shown)
    assert capsys.readouterr().out.splitlines() == [
        f"{link['label']} {node['uuid']}"
        for node, link in zip(data["input"], data["link"], strict=True)
    ]


def test_the_example_of_the_reference_is_answered(on_demo):
    (example,) = blocks(REFERENCE)
    assert set(json.loads(example)) == set(KEYS) - {"project_map"}
    assert post(on_demo, example).total == 10


def test_the_reference_names_everything_that_a_query_may_say():
    operators = {name for names in POSTED.of.values() for name in names}
    fields = {
        name
        for entity in (*ENTITIES.values(), CLOSURE, MEMBERSHIP)
        for name, field in entity.fields.items()
        if not field.computed
    }
    names = {*KEYS, *OWN_KEYS, *MEANINGS, *CAST_KINDS, *FUNCTIONS, *operators, *fields}
    assert [name for name in sorted(names) if f"`{name}`" not in REFERENCE] == []


def test_the_reference_lists_the_joins():
    rows = re.findall(r"^\| (\w+) \| `(with_\w+)` \| (\w+) \|", REFERENCE, re.MULTILINE)
    assert sorted(rows) == sorted(JOINS)
