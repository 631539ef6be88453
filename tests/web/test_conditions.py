"""Preconditions and ranges, clause by clause of RFC 9110, without a server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import PreconditionFailed, RequestedRangeNotSatisfiable

from provender.web.answers.conditions import (
    Part,
    is_known,
    parse_range,
    part_asked,
    require_match,
)

WHOLE, NONE = "whole", "none"
HUGE = "9" * 5000


def asked(header, size):
    """What a range gets: the positions of its bytes, all of the file, or a refusal."""
    try:
        part = parse_range(header, size)
    except RequestedRangeNotSatisfiable as error:
        return NONE if error.length == size else error
    return WHOLE if part is None else (part.start, part.stop)


@pytest.mark.parametrize(
    ("header", "of_three", "of_none"),
    [
        ("bytes=0-1", (0, 2), NONE),
        ("bytes=1-1", (1, 2), NONE),
        ("bytes=00-01", (0, 2), NONE),
        ("bytes=2-2", (2, 3), NONE),
        ("bytes=0-2", (0, 3), NONE),
        ("bytes=1-99", (1, 3), NONE),
        (f"bytes=1-{HUGE}", (1, 3), NONE),
        ("bytes=0-", (0, 3), NONE),
        ("bytes=2-", (2, 3), NONE),
        ("bytes=3-", NONE, NONE),
        ("bytes=3-4", NONE, NONE),
        (f"bytes={HUGE}-", NONE, NONE),
        (f"bytes={HUGE}-{HUGE}", NONE, NONE),
        ("bytes=-1", (2, 3), WHOLE),
        ("bytes=-3", (0, 3), WHOLE),
        ("bytes=-500", (0, 3), WHOLE),
        (f"bytes=-{HUGE}", (0, 3), WHOLE),
        ("bytes=-0", NONE, NONE),
        ("bytes=-000", NONE, NONE),
        # the unit knows no case; elements of a list may be empty, with blanks around
        ("Bytes=0-1", (0, 2), NONE),
        ("BYTES=0-1", (0, 2), NONE),
        ("bytes=0-1,", (0, 2), NONE),
        ("bytes=, ,0-1 ,", (0, 2), NONE),
        ("bytes= 0-1\t", (0, 2), NONE),
        # several ranges, other units, and what follows no grammar may be ignored
        ("bytes=0-0,2-2", WHOLE, WHOLE),
        ("bytes=0-0,-1", WHOLE, WHOLE),
        ("bytes=5-6,7-8", WHOLE, WHOLE),
        ("bytes=2-1", WHOLE, WHOLE),
        ("bytes=9-5", WHOLE, WHOLE),
        (f"bytes={HUGE}9-{HUGE}8", WHOLE, WHOLE),
        ("bytes=-", WHOLE, WHOLE),
        ("bytes=", WHOLE, WHOLE),
        ("bytes=,", WHOLE, WHOLE),
        ("bytes", WHOLE, WHOLE),
        ("", WHOLE, WHOLE),
        ("bytes 0-1", WHOLE, WHOLE),
        ("bytes =0-1", WHOLE, WHOLE),
        ("bytes=0 -1", WHOLE, WHOLE),
        ("bytes=0- 1", WHOLE, WHOLE),
        ("bytes=0", WHOLE, WHOLE),
        ("bytes=--1", WHOLE, WHOLE),
        ("bytes=+0-1", WHOLE, WHOLE),
        ("bytes=0-1-2", WHOLE, WHOLE),
        ("bytes=a-b", WHOLE, WHOLE),
        ("bytes=0x0-0x1", WHOLE, WHOLE),
        ("bytes=²-", WHOLE, WHOLE),
        ("bytes=\u0660-\u0661", WHOLE, WHOLE),
        ("lines=0-1", WHOLE, WHOLE),
        ("none", WHOLE, WHOLE),
    ],
)
def test_ranges(header, of_three, of_none):
    assert (asked(header, 3), asked(header, 0)) == (of_three, of_none)


COUNTS = st.integers(0, 12)


@given(COUNTS, COUNTS, COUNTS)
def test_a_range_is_the_bytes_that_both_have(first, last, size):
    content = list(range(size))
    wanted = [number for number in content if first <= number <= last]
    if first > last:
        assert asked(f"bytes={first}-{last}", size) == WHOLE
    elif not wanted:
        assert asked(f"bytes={first}-{last}", size) == NONE
    else:
        start, stop = asked(f"bytes={first}-{last}", size)
        assert content[start:stop] == wanted


@given(st.text(st.characters(max_codepoint=255)), COUNTS)
def test_no_header_raises_anything_but_what_it_may(text, size):
    for header in (text, f"bytes={text}"):
        found = asked(header, size)
        assert found in (WHOLE, NONE) or 0 <= found[0] < found[1] <= size


def test_the_header_of_a_part():
    part = Part(2, 5, 9)
    assert (str(part), part.length) == ("bytes 2-4/9", 3)


DATE = "Fri, 20 Nov 2026 11:51:08 GMT"


@pytest.mark.parametrize(
    ("etag", "header", "is_given"),
    [
        ("k", None, True),
        ("k", '"k"', True),
        ("k", ' "k" ', True),
        ("k", 'W/"k"', False),  # 13.1.5: compared strongly
        ("k", '"other"', False),
        ("k", "k", False),
        ("k", '"k", "other"', False),  # one tag, not a list
        ("k", "*", False),
        ("k", "", False),
        ("k", DATE, False),  # no date is known
        (None, '"k"', False),
        (None, DATE, False),
        (None, None, True),
    ],
)
def test_a_range_is_given_only_of_the_file_that_if_range_names(etag, header, is_given):
    environ = {"REQUEST_METHOD": "GET", "HTTP_RANGE": "bytes=1-1"}
    if header is not None:
        environ["HTTP_IF_RANGE"] = header
    assert part_asked(environ, etag, 3) == (Part(1, 2, 3) if is_given else None)


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS"])
def test_ranges_count_for_get_only(method):
    for header in ("bytes=1-1", "bytes=9-"):
        environ = {"REQUEST_METHOD": method, "HTTP_RANGE": header}
        assert part_asked(environ, "k", 3) is None


def test_if_range_alone_asks_for_nothing():
    assert part_asked({"REQUEST_METHOD": "GET", "HTTP_IF_RANGE": '"k"'}, "k", 3) is None


@pytest.mark.parametrize(
    ("etag", "header", "known"),
    [
        ("k", '"k"', True),
        ("k", 'W/"k"', True),  # 13.1.2: compared weakly
        ("k", '"a", W/"k"', True),
        ("k", "*", True),
        ("k", '"a", "b"', False),
        ("k", '"K"', False),
        ("k", "", False),
        (None, "*", True),
        (None, '"k"', False),
    ],
)
def test_what_the_client_has(etag, header, known):
    assert is_known({"HTTP_IF_NONE_MATCH": header}, etag) is known


@pytest.mark.parametrize(
    ("etag", "header", "holds"),
    [
        ("k", '"k"', True),
        ("k", '"a", "k"', True),
        ("k", "*", True),
        ("k", 'W/"k"', False),  # 13.1.1: compared strongly
        ("k", '"a"', False),
        ("k", "", True),
        (None, "*", True),
        (None, '"k"', False),
    ],
)
def test_what_the_client_wants_to_be_there(etag, header, holds):
    environ = {"HTTP_IF_MATCH": header}
    if holds:
        require_match(environ, etag)
        return
    with pytest.raises(PreconditionFailed, match="If-Match"):
        require_match(environ, etag)


def test_nothing_asked_is_nothing_required():
    require_match({}, "k")
    assert not is_known({}, "k")
