"""JSON that SQLite's functions read: what it weighs, and how much of it is kept."""

from __future__ import annotations

import json
import tracemalloc

import pytest

from provender.store.weights import HEAVIEST, LARGE, MOST, documents, weight

TEXTS = {
    "numbers": json.dumps([1.5] * 30_000),
    "strings": json.dumps([str(number) for number in range(30_000)]),
    "lists": json.dumps([[]] * 30_000),
    "objects": json.dumps([{"a": 1}] * 30_000),
    "keys": json.dumps({f"key{number}": number for number in range(30_000)}),
    "files": json.dumps({f"file{number}": {"k": "0" * 64} for number in range(10_000)}),
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_weight_of_a_text_is_about_its_memory(name):
    text = TEXTS[name]
    tracemalloc.start()
    values = json.loads(text)
    memory, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert values
    assert 0.9 < (weight(text) + len(text)) / memory < 4
    assert weight(text) == weight(text.encode()) < HEAVIEST * len(text)


def test_a_document_is_read_once_while_it_is_asked_for():
    read = []

    @documents(2)
    def parsed(text):
        read.append(text)
        return json.loads(text)

    small, large, other = "[1]", json.dumps("x" * LARGE), json.dumps("y" * LARGE)
    for text in (small, large, small, large, other, other, small, large):
        assert parsed(text) == json.loads(text)
    assert read == [small, large, other, large]


def test_a_document_that_is_too_heavy_is_refused():
    parsed = documents(2)(json.loads)
    with pytest.raises(OverflowError):
        parsed("[" + "[]," * (MOST // 140) + "1]")
    assert parsed("[1]") == [1]
