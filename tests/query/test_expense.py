"""Which lists are taken to be expensive before they run."""

from __future__ import annotations

import pytest

from provender.query import questions
from provender.query.plan.conditions import NodeRelation
from provender.query.plan.expense import MOST_SKIPPED, is_expensive
from provender.web.routes.views import OLD_COMPUTERS, PROCESSES
from support.queries import listed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "id=5",
        'uuid=like="ab%"',
        'label="x"&orderby=-ctime',
        'node_type=like="data.%"',
        'node_type=like="data.%structure%"',
        "attributes.energy<-5&id=in=1,2",
        f"limit=10&offset={MOST_SKIPPED}",
        "orderby=label",
    ],
)
def test_what_an_index_finds_is_cheap(text):
    assert not is_expensive(listed(text))


@pytest.mark.parametrize(
    "text",
    [
        "attributes.energy<-5",
        'attributes.formula!="x"',
        'label=like="%x%"',
        'label=ilike="x%"',
        f"limit=10&offset={MOST_SKIPPED + 1}",
        "orderby=dbcomputer_id",
        "id>5&attributes.energy<-5",
    ],
)
def test_what_looks_at_every_row_is_expensive(text):
    assert is_expensive(listed(text))


def test_small_tables_are_cheap():
    assert not is_expensive(listed('hostname=like="%x%"', OLD_COMPUTERS))


def test_the_rows_of_a_view_are_found_by_an_index():
    assert not is_expensive(listed("", PROCESSES))


@pytest.mark.parametrize(("relation", "is_wide"), [("CALLED_BY", False), ("ANCESTOR_OF", True)])
def test_what_follows_many_links_is_expensive(relation, is_wide):
    plan = questions.related(listed(""), "nodes", NodeRelation[relation], (1,))
    assert is_expensive(plan) is is_wide
