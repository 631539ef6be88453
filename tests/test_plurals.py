from __future__ import annotations

import pytest

from provender.loading.wording import size
from provender.plurals import counted, noun


@pytest.mark.parametrize(
    ("number", "plural", "text"),
    [
        (0, "groups", "0 groups"),
        (1, "groups", "1 group"),
        (2, "groups", "2 groups"),
        (1, "group memberships", "1 group membership"),
        (1001, "nodes", "1,001 nodes"),
    ],
)
def test_a_noun_goes_with_its_number(number, plural, text):
    assert counted(number, plural) == text
    assert noun(number, plural) == text.partition(" ")[2]


def test_sizes_are_counted_too():
    assert (size(0), size(1), size(2)) == ("0 bytes", "1 byte", "2 bytes")
