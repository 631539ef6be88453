"""The table of operators on the page of selections is the code's, and its examples find nodes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from provender.query.selection.operators import OPERATORS
from provender.query.selection.reference import filled, posted, table, written
from support.pages import DOCS
from support.server import ask

PAGE = Path(DOCS, "reference", "selections.md").read_text(encoding="utf-8")


def test_the_table_of_operators_is_up_to_date():
    assert PAGE.count("<!-- operators -->") == 1
    assert filled(PAGE) == PAGE, "run `python docs/operators.py`"
    assert table().count("\n") == len(OPERATORS) + 2
    assert filled("<!-- operators -->\nold\n<!-- end of operators -->") != PAGE


@pytest.mark.parametrize("name", OPERATORS)
def test_the_example_of_an_operator_finds_nodes(name, demo):
    row = OPERATORS[name]
    body = json.dumps({"where": posted(row)}).encode()
    found = ask(f"{demo.root}/api/v4/nodes/search", method="POST", body=body)
    assert 0 < found.total < 463 or name == "gte"
    text = written(row)
    if text is not None:
        assert ask(f"{demo.root}/api/v4/nodes?{text}").rows() == found.rows()
    else:
        assert f"`{json.dumps(posted(row))}`" in PAGE
