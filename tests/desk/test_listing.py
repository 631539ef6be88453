"""Lists of processes: their special keys, their summaries, their window of time."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from provender.query.querystring.desk.listing import OWN, PAST
from provender.query.querystring.grammar import parse_text
from provender.query.querystring.request import read_list, read_parameters
from provender.settings import Limits, Settings
from provender.translators.processes.listing import ProcessList
from provender.web.dialects import V4
from provender.web.routes.views import PROCESSES
from support import badrows
from support.desk import names

ROW = {
    *("process_label", "process_state", "is_running", "exit_status", "exit_message", "paused"),
    *("user", "computer", "parent", "url"),
}
STATES = ("created", "waiting", "running", "finished", "excepted", "killed")
NOW = datetime(2026, 11, 26, 6, 30, 45, tzinfo=timezone.utc)


def get(client, path, status=200):
    answer = client.get(f"/api/v4{path}")
    assert answer.status_code == status, answer.json
    return answer


def rows(client, query, resource="processes"):
    data = get(client, f"/{resource}?{query}").json["data"]
    return data[resource]


def uuids(client, query, resource="processes"):
    return {row["uuid"] for row in rows(client, query, resource)}


@pytest.fixture(scope="module")
def stored(desk):
    """The attributes of each process by uuid, as the store has them."""
    every = rows(desk, "attributes=true&limit=400")
    assert len(every) > 100
    return {row["uuid"]: row["attributes"] for row in every}


def state_of(attributes):
    state = attributes.get("process_state") if isinstance(attributes, dict) else None
    return state if isinstance(state, str) else None


def status_of(attributes):
    status = attributes.get("exit_status") if isinstance(attributes, dict) else None
    return status if isinstance(status, int) else None


def is_failed(attributes):
    return state_of(attributes) in ("excepted", "killed") or bool(status_of(attributes))


def is_running(attributes):
    return state_of(attributes) in ("created", "waiting", "running")


@pytest.fixture(scope="module")
def expected(stored):
    """The uuids of those processes of which a function of their attributes is true."""

    def find(holds):
        found = {uuid for uuid, attributes in stored.items() if holds(attributes)}
        assert found
        return found

    return find


@pytest.mark.parametrize("state", STATES)
def test_a_state_is_found_in_any_case(each_desk, expected, state):
    found = expected(lambda attributes: state_of(attributes) == state)
    for text in (state, state.upper(), f'"{state.title()}"'):
        assert uuids(each_desk, f"state={text}&limit=400") == found


def test_several_states_are_a_list(each_desk, expected):
    found = uuids(each_desk, "state=in=Excepted,KILLED,killed&limit=400")
    assert found == expected(lambda item: state_of(item) in ("excepted", "killed"))


def test_switches_divide_all_processes(each_desk, stored, expected):
    for name, holds in (("running", is_running), ("failed", is_failed)):
        assert uuids(each_desk, f"{name}=1&limit=400") == expected(holds)
        assert uuids(each_desk, f"{name}=0&limit=400") == stored.keys() - expected(holds)
    called, alone = uuids(each_desk, "root=0&limit=400"), uuids(each_desk, "root=1&limit=400")
    assert called | alone == stored.keys()
    assert not called & alone
    assert {names.WAITING, names.DEEP} <= called
    assert {names.TOP, names.RUNNING} <= alone


def test_what_has_no_state_is_neither_running_nor_failed(each_desk):
    odd = {names.STATELESS, names.NULL_ATTRIBUTES, names.LIST_ATTRIBUTES, names.ODD_ATTRIBUTES}
    assert odd <= uuids(each_desk, "running=0&failed=0&limit=400")


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("exit_status=401", lambda status: status == 401),
        ("exit_status=0", lambda status: status == 0),
        ("exit_status=in=401,402", lambda status: status in (401, 402)),
        ("exit_status=in=0,402", lambda status: status in (0, 402)),
        ("exit_status>=303", lambda status: status is not None and status >= 303),
        ("exit_status<400&failed=1", lambda status: status is not None and 0 != status < 400),
    ],
)
def test_exit_statuses_compare_as_numbers(each_desk, expected, query, holds):
    found = uuids(each_desk, f"{query}&limit=400")
    assert found == expected(lambda attributes: holds(status_of(attributes)))


def test_keys_join_the_filters_of_nodes(each_desk, stored):
    found = rows(each_desk, 'failed=1&node_type=like="%25CalcJobNode.%25"&limit=400&orderby=-id')
    assert found
    assert all(is_failed(stored[row["uuid"]]) and "CalcJob" in row["node_type"] for row in found)
    assert {row["uuid"] for row in found} == uuids(each_desk, "failed=1&limit=400", "calcjobs")


def test_past_counts_from_now_and_gives_the_newest_first(each_desk):
    for query, found in (("past=3h", 1), ("past=30m", 0)):
        assert (names.RECENT in uuids(each_desk, query)) is bool(found)
    week = [row["uuid"] for row in rows(each_desk, "past=7d&limit=400")]
    assert week.index(names.RECENT) < week.index(names.LAST_WEEK)
    assert names.LAST_WEEK not in uuids(each_desk, "past=4d&limit=400")
    first = [row["id"] for row in rows(each_desk, "past=7d&orderby=id&limit=400")]
    assert first == sorted(first)
    assert len(first) == len(week)


def test_past_may_be_quoted_and_far(each_desk, stored):
    assert uuids(each_desk, 'past="3h"') == uuids(each_desk, "past=3h")
    assert uuids(each_desk, "past=999999999d&limit=400") == stored.keys()


def test_the_count_of_a_window_is_its_own(each_desk):
    answer = get(each_desk, "/processes?past=7d&limit=1")
    assert int(answer.headers["X-Total-Count"]) == len(rows(each_desk, "past=7d&limit=400"))


def test_a_summary_adds_a_row_to_each_node(each_desk, stored):
    plain, summed = (rows(each_desk, f"limit=400{more}") for more in ("", "&include=summary"))
    assert [{key: row[key] for key in row.keys() - ROW} for row in summed] == plain
    for row in summed:
        assert row.keys() - {*plain[0]} == ROW
        assert row["process_state"] == state_of(stored[row["uuid"]])
        assert row["exit_status"] == status_of(stored[row["uuid"]])
        assert row["is_running"] is is_running(stored[row["uuid"]])
        assert row["url"].endswith(f"/api/v4/processes/{row['uuid']}")


def test_a_summary_names_user_computer_and_caller(each_desk):
    answer = get(each_desk, f'/processes?uuid="{names.DEEP_JOB}"&include=summary')
    (row,) = answer.json["data"]["processes"]
    assert row["parent"] == names.DEEP
    assert row["user"]["name"]
    assert row["computer"].keys() == {"uuid", "label"}
    assert "@" not in answer.text
    (top,) = rows(each_desk, f'uuid="{names.TOP}"&include=summary')
    assert top["parent"] is None
    (paused,) = rows(each_desk, f'uuid="{names.PAUSED}"&include=summary')
    assert (paused["paused"], paused["is_running"]) == (True, True)


def test_the_address_of_a_row_leads_to_it(each_desk):
    (row,) = rows(each_desk, "past=3h&include=summary")
    found = get(each_desk, row["url"].partition("/api/v4")[2]).json["data"]["processes"]
    assert [item["uuid"] for item in found] == [row["uuid"]]


def test_the_address_of_a_row_names_its_profile(make_app):
    client = make_app(store="demo", settings=Settings(profile_switching=True)).test_client()
    path = "/processes?include=summary&limit=1&profile=demo"
    (row,) = get(client, path).json["data"]["processes"]
    assert row["url"].endswith(f"/{row['uuid']}?profile=demo")


def test_a_summary_goes_with_attributes(each_desk):
    query = f'uuid="{names.TOP}"&include=summary&attributes=true&attributes_filter=exit_status'
    (row,) = rows(each_desk, query)
    assert row["attributes"] == {"exit_status": 401}
    assert row["exit_status"] == 401


def test_values_of_another_type_are_null_with_a_note(each_desk):
    answer = get(each_desk, f'/processes?uuid="{names.ODD_ATTRIBUTES}"&include=summary')
    (row,) = answer.json["data"]["processes"]
    assert [row[name] for name in ("process_label", "process_state", "exit_status")] == [None] * 3
    fields = {note["field"] for note in answer.json["notes"]}
    assert {"process_label", "process_state", "exit_status", "paused"} <= fields
    assert {note["uuid"] for note in answer.json["notes"]} == {names.ODD_ATTRIBUTES}


def test_bad_rows_hide_no_others(desk_bad, stored):
    found = rows(desk_bad, "include=summary&limit=400")
    assert len(found) == len(stored)
    (killed,) = [row for row in found if row["uuid"] == names.KILLED]
    assert (killed["user"], killed["computer"]) == (None, None)
    (waiting,) = [row for row in found if row["uuid"] == names.WAITING]
    assert (waiting["process_state"], waiting["is_running"]) == (None, False)
    assert uuids(desk_bad, "past=7d&failed=1")


QUERIES = [
    "include=summary&limit=400",
    "failed=1&include=summary&limit=5&orderby=-ctime",
    "running=1&root=1&orderby=-uuid",
    "exit_status>0&count=none&orderby=uuid",
    "state=in=killed,excepted&orderby=uuid&include=summary",
]


@pytest.mark.parametrize("query", QUERIES)
def test_backends_give_equal_lists(desks, query):
    """All but the ids of the lab, which an import gives anew."""
    found = {
        name: sorted(json.dumps(plain(row)) for row in rows(client, query))
        for name, client in desks.items()
    }
    assert found["archive"]
    assert found["archive"] == found["postgres"]
    assert found["archive"] == found["sqlite"]


def plain(row):
    user = row.get("user")
    named = {"user": user["name"]} if user else {}
    return {**row, **named, "id": None, "user_id": None}


@pytest.mark.parametrize("query", ["failed=1", "root=1&include=summary", "running=0&orderby=-uuid"])
@pytest.mark.parametrize("size", [1, 7])
def test_a_walk_gives_the_whole_list(each_desk, query, size):
    whole = rows(each_desk, f"{query}&limit=400")
    assert len(whole) > 2 * size
    assert walked(each_desk, query, size) == whole


def walked(client, query, size):
    found, cursor = [], "*"
    while cursor is not None:
        body = get(client, f"/processes?{query}&limit={size}&cursor={cursor}").json
        found += body["data"]["processes"]
        cursor = body["next"]
    return found


def test_a_walk_keeps_its_window(each_desk):
    assert walked(each_desk, "past=7d", 1) == rows(each_desk, "past=7d&limit=400")


def test_a_cursor_belongs_to_its_keys(each_desk):
    cursor = get(each_desk, "/processes?failed=1&limit=1&cursor=*").json["next"]
    for query in ("failed=0", "state=killed", "failed=1&past=7d", ""):
        answer = get(each_desk, f"/processes?{query}&limit=1&cursor={cursor}", 400)
        assert answer.json["code"] == "conflicting-parameters"


def test_pages_take_the_keys(each_desk):
    whole = rows(each_desk, "failed=1&limit=400&include=summary")
    answer = get(each_desk, "/processes/page/2?failed=1&perpage=3&include=summary")
    assert answer.json["data"]["processes"] == whole[3:6]
    assert int(answer.headers["X-Total-Count"]) == len(whole)
    assert get(each_desk, "/processes/page?failed=1&perpage=3").json["data"]["processes"]


def test_an_unchanged_list_is_a_304(each_desk):
    answer = get(each_desk, "/processes?failed=1&include=summary&limit=3")
    headers = {"If-None-Match": answer.headers["ETag"]}
    path = "/api/v4/processes?failed=1&include=summary&limit=3"
    assert each_desk.get(path, headers=headers).status_code == 304


def listing(text, now):
    """Return the inquiry of a list at a moment."""
    specials = {**V4.specials, **{item.name: item for item in OWN}}
    raw = frozenset(item.name for item in OWN if item.is_raw)
    asked = read_list(PROCESSES, read_parameters(parse_text(text, raw), specials), Limits())
    return ProcessList(asked, (), "/{}".format, now)


def test_answers_of_two_windows_have_two_names():
    first = listing("past=7d", NOW).moment
    assert first
    assert listing("past=7d", NOW + timedelta(seconds=10)).moment == first
    assert listing("past=7d", NOW + timedelta(seconds=20)).moment != first
    assert listing("failed=1", NOW).moment == ""


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("7d", "2026-11-19T06:30"),
        ("12h", "2026-11-25T18:30"),
        ("30m", "2026-11-26T06:00"),
        ("999999999d", "1970-01-01T00:00"),
    ],
)
def test_a_window_begins_with_a_full_minute(text, start):
    parameters = read_parameters(parse_text(f"past={text}", frozenset({"past"})), {"past": PAST})
    assert parameters[PAST].start(NOW).isoformat().startswith(start)


WRONG = [
    ("state=finish", "bad-value", "Did you mean `finished`?"),
    ("state=7", "bad-value", "States: created, waiting"),
    ("state=killed,excepted", "bad-request", ""),
    ("state!=killed", "bad-operator", "=in="),
    ("state=like=%22k%25%22", "bad-operator", "=in="),
    ("running=yes", "bad-value", "true or false"),
    ("failed=2", "bad-value", "true or false"),
    ("root=", "malformed-query", ""),
    ("past=7", "bad-value", "past=7d, past=12h, past=30m"),
    ("past=-7d", "bad-value", "past=7d"),
    ("past=0d", "bad-value", "past=7d"),
    ("past=7w", "bad-value", "past=7d"),
    ("past=%20", "malformed-query", ""),
    ("past=7d&past=8d", "conflicting-parameters", ""),
    ("exit_status=1.5", "bad-value", "exit_status=410"),
    ("exit_status=in=1,1e-3", "bad-value", "exit_status=410"),
    ("past>7d", "bad-operator", ""),
    ("exit_status=%22410%22", "bad-value", "exit_status=410"),
    ("exit_status=true", "bad-value", "exit_status=410"),
    ("exit_status=like=%224%25%22", "bad-operator", "=in="),
    ("include=attributes", "bad-value", "include=summary"),
    ("stat=killed", "unknown-field", "Did you mean `state`?"),
    ("fail=1", "unknown-field", "Did you mean `failed`?"),
    ("foo=1", "unknown-field", "Valid: id, pk"),
]


@pytest.mark.parametrize(("query", "code", "said"), WRONG)
@pytest.mark.parametrize("resource", ["processes", "calcjobs/page"])
def test_a_wrong_value_says_what_is_right(desk, resource, query, code, said):
    body = get(desk, f"/{resource}?{query}", 400).json
    assert body["code"] == code
    assert said in f"{body['message']} {body.get('hint')}"


@pytest.mark.parametrize("name", [item.name for item in OWN])
def test_other_routes_do_not_know_the_keys(desk, name):
    value = {"past": "seven", "state": "killed", "include": "summary"}.get(name, "1")
    for path in ("nodes", "computers", f"nodes/{names.TOP}/links/incoming"):
        assert get(desk, f"/{path}?{name}={value}", 400).json["code"] == "unknown-field"


def rank(row, name):
    """Return what a row is ordered by: numbers, strings, booleans, and the others by id."""
    attributes = row["attributes"]
    value = attributes.get(name) if isinstance(attributes, dict) else None
    if isinstance(value, bool):
        return 2, value
    if isinstance(value, int | float):
        return 0, value
    return (1, value) if isinstance(value, str) else (3, 0)


ORDERED = ("exit_status", "process_state", "paused", "process_label", "nothing")


@pytest.mark.parametrize("name", ORDERED)
def test_an_order_goes_into_attributes(each_desk, name):
    whole = rows(each_desk, "limit=400&attributes=true")
    expected = sorted(whole, key=lambda row: (*rank(row, name), row["id"]))
    found = rows(each_desk, f"orderby=attributes.{name}&limit=400&attributes=true")
    assert [row["id"] for row in found] == [row["id"] for row in expected]
    by_id = sorted(whole, key=lambda row: row["id"])
    down = sorted(by_id, key=lambda row: rank(row, name), reverse=True)
    found = rows(each_desk, f"orderby=-attributes.{name},id&limit=400&attributes=true")
    assert [rank(row, name) for row in found] == [rank(row, name) for row in down]


@pytest.mark.parametrize("name", ORDERED)
@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("size", [7, 50])
def test_a_walk_goes_in_the_order_of_attributes(each_desk, name, sign, size):
    query = f"orderby={sign}attributes.{name}"
    assert walked(each_desk, query, size) == rows(each_desk, f"{query}&limit=400")


def test_an_order_goes_deep_and_beside_columns(each_desk):
    query = 'orderby=-attributes."last_job_info".wallclock_time_seconds,attributes.job_id,-ctime'
    assert walked(each_desk, query, 9) == rows(each_desk, f"{query}&limit=400")


def test_a_walk_passes_long_strings(data, tmp_path, make_app):
    changes = [
        "UPDATE db_dbnode SET extras = json_object('long', printf('%.*c', 3000, 'x') || id % 3) "
        "WHERE node_type LIKE 'process.%'"
    ]
    path = badrows.archive(tmp_path, data / "lab.aiida", changes)
    client = make_app(store=str(path)).test_client()
    whole = rows(client, "orderby=extras.long&limit=400")
    assert len(whole) > 20
    assert walked(client, "orderby=extras.long", 3) == whole


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("orderby=attributes", "unknown-field"),
        ("orderby=attributes.", "malformed-query"),
        ("orderby=label.x", "bad-operator"),
        ("orderby=nothing.x", "unknown-field"),
        ('orderby="attributes.x"', "bad-value"),
        ("orderby=repository_metadata.o", "unknown-field"),
    ],
)
def test_a_wrong_order_is_an_error(desk, query, code):
    assert get(desk, f"/processes?{query}", 400).json["code"] == code


def test_other_lists_have_no_such_order(desk):
    assert get(desk, "/nodes?orderby=attributes.x", 400).json["code"] == "malformed-query"
    assert get(desk, f"/processes/{names.TOP}?orderby=attributes.x", 400)
