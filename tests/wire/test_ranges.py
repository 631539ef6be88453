"""Ranges and conditions of files, small and large, in every form of storing them."""

from __future__ import annotations

import pytest

from provender.settings import Limits
from support import filestore

SMALL = b"abc"
LARGE = bytes(range(251)) * 5000  # beyond 1 MiB: streamed; its length is no power of two
FILES = {"small": [SMALL], "empty": [b""], "large": [LARGE]}
CIF = "/api/v4/nodes/cda14b00/download?download_format=cif"
DATE = "Fri, 20 Nov 2026 11:51:08 GMT"


@pytest.fixture(scope="module", params=filestore.FORMS)
def served(request, serve, unpacked, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    return serve(filestore.make(request.param, folder, unpacked, FILES), name=request.param)


def check(answer, content, *, whole):
    """Assert that an answer is this piece of a file, or all of it."""
    assert answer.body == content
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["etag"].startswith('"')
    assert answer.status == (200 if whole else 206)
    assert ("content-range" in answer.headers) is not whole


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=1-", 1, None),
        ("bytes=-2", -2, None),
        ("bytes=-99999999999999999999", 0, None),
        ("bytes=1-99999999999999999999", 1, None),
        ("bytes=0-", 0, None),
        ("Bytes=,1-1", 1, 2),
    ],
)
@pytest.mark.parametrize(("name", "content"), [("small", SMALL), ("large", LARGE)])
def test_a_range_is_that_part_of_a_file(asked, start, stop, name, content, served):
    answer = served.get(filestore.path_of(name), headers={"Range": asked})
    wanted = content[start:stop]
    check(answer, wanted, whole=False)
    first = len(content) + start if start < 0 else start
    last = first + len(wanted) - 1
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(content)}"


@pytest.mark.parametrize("asked", ["bytes=700000-700999", "bytes=65535-65536", "bytes=1254999-"])
def test_a_range_in_the_middle_of_a_streamed_file(asked, served):
    first, _, last = asked.removeprefix("bytes=").partition("-")
    answer = served.get(filestore.path_of("large"), headers={"Range": asked})
    check(answer, LARGE[int(first) : int(last or len(LARGE)) + 1], whole=False)


@pytest.mark.parametrize("asked", ["bytes=1-0", "bytes=0-0,2-2", "lines=0-1", "bytes=x", "0-1"])
@pytest.mark.parametrize("name", FILES)
def test_a_range_that_means_nothing_gets_the_whole_file(asked, name, served):
    answer = served.get(filestore.path_of(name), headers={"Range": asked})
    check(answer, FILES[name][0], whole=True)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("small", "bytes=3-"),
        ("small", "bytes=-0"),
        ("large", "bytes=1255000-"),
        ("large", "bytes=99999999999999999999-"),
        ("empty", "bytes=0-"),
    ],
)
def test_a_range_behind_the_end_is_refused_with_the_length(name, asked, served):
    answer = served.get(filestore.path_of(name), headers={"Range": asked})
    assert answer.status == 416
    assert answer.headers["content-range"] == f"bytes */{len(FILES[name][0])}"
    assert answer.json["code"] == "requested-range-not-satisfiable"
    assert f"{len(FILES[name][0]):,} bytes" in answer.json["message"]


def test_the_end_of_an_empty_file_is_the_file(served):
    answer = served.get(filestore.path_of("empty"), headers={"Range": "bytes=-5"})
    check(answer, b"", whole=True)


@pytest.mark.parametrize("name", FILES)
def test_head_knows_no_ranges(name, served):
    path = filestore.path_of(name)
    for asked in ("bytes=0-0", "bytes=99999999-"):
        answer = served.get(path, method="HEAD", headers={"Range": asked})
        assert (answer.status, answer.body) == (200, b"")
        assert answer.headers["content-length"] == str(len(FILES[name][0]))
        assert "content-range" not in answer.headers


def export(name, served):
    """Return the path, the content and the ETag of a file."""
    path = CIF if name == "export" else filestore.path_of(name)
    answer = served.get(path)
    return path, answer.body, answer.headers["etag"]


@pytest.fixture(params=["small", "large", "export"])
def file(request, served):
    return export(request.param, served)


def test_if_range(file, served):
    path, content, etag = file
    for condition, is_part in (
        (etag, True),
        (f"W/{etag}", False),
        ('"other"', False),
        (DATE, False),
    ):
        headers = {"Range": "bytes=1-1", "If-Range": condition}
        check(
            served.get(path, headers=headers),
            content[1:2] if is_part else content,
            whole=not is_part,
        )
        headers["Range"] = "bytes=99999999-"
        assert served.get(path, headers=headers).status == (416 if is_part else 200)


def test_if_none_match_comes_before_a_range(file, served):
    path, content, etag = file
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        for asked in ("bytes=1-1", "bytes=99999999-"):
            for method in ("GET", "HEAD"):
                headers = {"Range": asked, "If-None-Match": known, "If-Range": etag}
                answer = served.get(path, method=method, headers=headers)
                assert (answer.status, answer.body) == (304, b"")
                assert answer.headers["etag"] == etag
                assert answer.headers["cache-control"] == "no-cache"
    headers = {"Range": "bytes=1-1", "If-None-Match": '"other"'}
    check(served.get(path, headers=headers), content[1:2], whole=False)


def test_if_match_comes_before_everything(file, served):
    path, content, etag = file
    for wanted in ('"other"', f"W/{etag}"):
        for more in ({}, {"Range": "bytes=1-1"}, {"If-None-Match": etag}):
            answer = served.get(path, headers={"If-Match": wanted, **more})
            assert answer.status == 412
            assert answer.json["code"] == "precondition-failed"
        assert served.get(path, method="HEAD", headers={"If-Match": wanted}).status == 412
    for wanted in (etag, f'"other", {etag}', "*"):
        check(served.get(path, headers={"If-Match": wanted}), content, whole=True)
        headers = {"If-Match": wanted, "Range": "bytes=1-1"}
        check(served.get(path, headers=headers), content[1:2], whole=False)


def test_a_condition_on_a_date_that_nobody_knows_is_ignored(file, served):
    path, content, _ = file
    for name in ("If-Modified-Since", "If-Unmodified-Since"):
        for date in (DATE, "Sat, 01 Jan 2000 00:00:00 GMT", "nonsense"):
            check(served.get(path, headers={name: date}), content, whole=True)


def test_a_range_of_a_damaged_stream_is_an_error_before_anything_is_sent(serve, unpacked, tmp_path):
    store = filestore.make("compressed", tmp_path, unpacked, {"large": [LARGE * 4]})
    pack = store / "container" / "packs" / "0"
    pack.write_bytes(b"no" + pack.read_bytes()[2:])
    answer = serve(store).get(filestore.path_of("large"), headers={"Range": "bytes=4000000-"})
    assert (answer.status, answer.json["code"]) == (500, "corrupt-object")
    assert "`large`" in answer.json["message"]


def test_lists_know_if_match_too(on_each):
    path = "/api/v4/nodes?limit=3"
    etag = on_each.get(path).headers["etag"]
    for _ in range(2):  # computed, and from memory
        assert on_each.get(path, headers={"If-Match": etag}).status == 200
        answer = on_each.get(path, headers={"If-Match": '"other"', "If-None-Match": etag})
        assert (answer.status, answer.json["code"]) == (412, "precondition-failed")


@pytest.mark.parametrize("form", ["compressed", "deflated"])
def test_a_range_that_is_far_is_given_up_in_time_and_reached_later(form, serve, unpacked, tmp_path):
    store = filestore.make(form, tmp_path, unpacked, {"large": [LARGE] * 50})
    served = serve(store, limits=Limits(statement_seconds=0.001))
    last, statuses = {"Range": "bytes=-3"}, []
    while not statuses or (statuses[-1] == 503 and len(statuses) < 50):
        answer = served.get(filestore.path_of("large"), headers=last)
        statuses.append(answer.status)
        if answer.status == 503:
            assert answer.json["code"] == "query-timeout"
            assert answer.headers["retry-after"]
    assert len(statuses) > 1
    check(answer, LARGE[-3:], whole=False)
    assert served.get(filestore.path_of("large"), headers=last).status == 206
