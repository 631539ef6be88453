"""Members of a zip are whole, however its bytes arrive, or not there."""

from __future__ import annotations

import io
import random
import zipfile

import pytest

from provender.client import ServerError, Unreachable
from provender.client.transfers.unpacking import members

FILES = {"a/b": b"", "c": b"words" * 100, "ü": bytes(range(256)), "last": b"x"}


def packed(method=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)
    return file.getvalue()


def pieces(content, chance):
    while content:
        size = chance.choice([1, 2, 3, 29, 30, 31, 500])
        yield content[:size]
        content = content[size:]


@pytest.mark.parametrize("seed", range(20))
def test_members_arrive_in_pieces(seed):
    chance = random.Random(seed)  # noqa: S311 - no secrets
    found = members(pieces(packed(), chance), 1000)
    assert {member.name: member.content for member in found} == FILES


def test_a_zip_that_ends_early_has_whole_members_and_an_error():
    whole = packed()
    end = whole.index(b"PK\x01\x02") + 4
    for size in range(end):
        seen = []
        with pytest.raises(Unreachable):
            take(members(iter([whole[:size]]), 1000), seen)
        assert all(FILES[member.name] == member.content for member in seen)
    assert len(list(members(iter([whole[:end]]), 1000))) == len(FILES)


def take(found, seen):
    for member in found:
        seen.append(member)


@pytest.mark.parametrize(
    "content", [b"<html>what is no zip</html>" * 9, packed(zipfile.ZIP_DEFLATED)]
)
def test_what_is_not_a_zip_of_ours_is_an_error(content):
    with pytest.raises(ServerError):
        list(members(iter([content]), 1000))


def test_a_member_that_is_too_large_is_not_read():
    with pytest.raises(ServerError, match="`c`"):
        list(members(iter([packed()]), 499))
