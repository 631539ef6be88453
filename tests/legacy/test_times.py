"""Times: as they are written, and what stands for those that are missing."""

from __future__ import annotations

import pytest

from support.legacy.containers import Wrapping
from support.legacy.draft import SERVED, TIME, Draft
from support.legacy.whole import nulled, with_all

TIMES = {
    "2020-04-04T21:43:47.644608": "2020-04-04 21:43:47.644608",
    "2020-04-04T21:43:47.000000": "2020-04-04 21:43:47.000000",
    "2020-04-04T21:43:47": "2020-04-04 21:43:47.000000",
    "2020-04-04T21:43:47.6": "2020-04-04 21:43:47.600000",
    "2020-04-04T21:43:47+00:00": "2020-04-04 21:43:47.000000",
    "2020-04-04T21:43:47.644608+00:00": "2020-04-04 21:43:47.644608",
    "2020-04-04T23:43:47.644608+02:00": "2020-04-04 21:43:47.644608",
    "2020-04-04T21:43:47.644608Z": "2020-04-04 21:43:47.644608",
    "0001-01-01T00:00:00.000000": "0001-01-01 00:00:00.000000",
    "9999-12-31T23:59:59.999999": "9999-12-31 23:59:59.999999",
}


@pytest.mark.parametrize("text", TIMES)
def test_times_are_utc_with_six_decimals(text, opened):
    draft = Draft("0.10")
    draft.user()
    node = draft.node(ctime=text, mtime=text)
    draft.group(time=text)
    draft.log(node, time=text)
    draft.comment(node, ctime=text, mtime=text)
    found = opened(draft)
    served = [
        *(found.row("node")[name] for name in ("ctime", "mtime")),
        *(found.row("comment")[name] for name in ("ctime", "mtime")),
        *(found.row(name)["time"] for name in ("group", "log")),
    ]
    assert served == [TIMES[text]] * 6


@pytest.mark.parametrize(("missing", "other"), [("ctime", "mtime"), ("mtime", "ctime")])
@pytest.mark.parametrize("name", ["node", "comment"])
def test_the_other_time_stands_for_a_missing_one(missing, other, name, opened):
    draft = nulled("0.10", name, missing, None)
    found = opened(draft)
    assert found.row(name)[missing] == found.row(name)[other] == SERVED
    assert found.remarks()


@pytest.mark.parametrize("version", ["0.1", "0.10"])
@pytest.mark.parametrize("form", ["zip", "tar.gz"])
def test_a_time_that_nothing_tells_is_that_of_the_archive(version, form, opened):
    draft = with_all(version)
    (row,) = draft.rows["Group"].values()
    row["time"] = None
    (row,) = draft.rows["Node"].values()
    row["ctime"] = row["mtime"] = None
    found = opened(draft, Wrapping(form))
    assert found.row("group")["time"] == "2016-03-01 12:30:00.000000"
    assert found.row("node")["ctime"] == found.row("node")["mtime"] == "2016-03-01 12:30:00.000000"
    assert found.remarks()


def test_rows_tell_nothing_of_the_time_of_reading(opened):
    draft = with_all("0.9")
    draft.rows["Group"]["3"]["time"] = None
    first = opened(draft).tables
    assert opened(draft).tables == first
    assert TIME not in str(first)
