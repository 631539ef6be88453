"""JSON in pieces is the JSON that one text would be."""

from __future__ import annotations

import json

import pytest

from provender.translators.pieces import PIECE, Pieces, gathered
from provender.web.answers.encoding import dumps, written

LARGE = [b"[", *(b'"%d",' % number for number in range(100_000)), b"0]"]


@pytest.mark.parametrize("parts", [[b"[]"], [b"{", b"}"], [b'"\xc3\xa9"'], LARGE])
def test_pieces_are_put_where_their_value_belongs(parts):
    plain = json.loads(b"".join(parts))
    value = {"a": 1, "data": gathered(parts), "list": [gathered(parts), "b"]}
    found = b"".join(written(value))
    assert json.loads(found) == {"a": 1, "data": plain, "list": [plain, "b"]}
    assert found.endswith(b"}\n")


def test_only_what_is_large_comes_in_pieces():
    assert written({"a": [1]}) == [dumps({"a": [1]})]
    assert len(written({"a": Pieces([b"1", b"2"])})) == 1
    blocks = written({"a": gathered(LARGE)})
    assert len(blocks) > 2
    assert max(map(len, blocks)) < 2 * PIECE


def test_what_is_no_json_is_an_error():
    with pytest.raises(TypeError):
        written({"a": object()})
