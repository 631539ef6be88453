"""Types of processes, codes, and what ran on computers: against what nodes and links say."""

from __future__ import annotations

from collections import Counter
from urllib.parse import quote

import pytest

from support import badrows, postgres
from support.desk import names

API = "/api/v4"
CODE_TYPES = ("data.core.code.", "data.code.")


def get(client, path, status=200):
    answer = client.get(f"{API}{path}")
    assert answer.status_code == status, answer.json
    return answer


def data(client, path):
    return get(client, path).json["data"][path.partition("?")[0].rpartition("/")[2]]


def processes(client):
    """Return the columns and attributes of all processes."""
    found = data(client, "/processes?attributes=true&limit=400")
    assert len(found) > 100
    return found


def attribute(row, name, kind):
    attributes = row["attributes"]
    value = attributes.get(name) if isinstance(attributes, dict) else None
    return value if isinstance(value, kind) else None


def counted(rows, name, kind):
    found = (attribute(row, name, kind) for row in rows)
    return Counter(value for value in found if value is not None)


def wall_seconds(rows):
    """Return the wall seconds of those jobs whose last poll tells them."""
    polls = [(attribute(row, "last_job_info", dict) or {}) for row in rows]
    walls = [poll.get("wallclock_time_seconds") for poll in polls]
    return [wall for wall in walls if isinstance(wall, int | float)]


def by_type(rows):
    found = {}
    for row in rows:
        found.setdefault(row["process_type"] or None, []).append(row)
    return found


def test_types_are_those_of_the_processes(each_desk):
    expected, found = by_type(processes(each_desk)), data(each_desk, "/processes/types")
    assert {item["process_type"]: item["count"] for item in found} == {
        name: len(rows) for name, rows in expected.items()
    }
    assert [item["count"] for item in found] == sorted(
        (item["count"] for item in found), reverse=True
    )
    for item in found:
        rows = expected[item["process_type"]]
        assert item["states"] == counted(rows, "process_state", str)
        statuses = counted(rows, "exit_status", int)
        assert item["exit_statuses"] == {str(key): number for key, number in statuses.items()}
        labels = counted(rows, "process_label", str)
        assert item["label"] is None or labels[item["label"]] == max(labels.values())


def test_backends_count_alike(desks):
    found = {name: data(client, "/processes/types") for name, client in desks.items()}
    assert found["archive"] == found["postgres"] == found["sqlite"]


def linked(client, uuid, side, kinds):
    rows = get(client, f"/nodes/{uuid}/links/{side}?limit=400").json["data"][side]
    return [(row["link_label"], row["node_type"]) for row in rows if row["link_type"] in kinds]


def test_a_type_tells_how_it_is_run(each_desk):
    every = by_type(processes(each_desk))
    listed = data(each_desk, "/processes/types")
    assert len(listed) > 5
    for item in listed[:6]:
        rows = every[item["process_type"]]
        found = get(each_desk, item["url"].partition(API)[2]).json["data"]["types"]
        assert (found["process_type"], found["count"]) == (item["process_type"], len(rows))
        assert found["sampled"] == {"newest": len(rows), "is_all": True}
        assert found["labels"] == counted(rows, "process_label", str)
        statuses = {one["exit_status"]: one["count"] for one in found["exit_statuses"]}
        assert statuses == counted(rows, "exit_status", int)
        for one in found["exit_statuses"]:
            same = [row for row in rows if attribute(row, "exit_status", int) == one["exit_status"]]
            walls = wall_seconds(same)
            assert one["wall_seconds"] == (pytest.approx(sum(walls)) if walls else None)
        for side, name, kinds in (
            ("incoming", "inputs", ("input_calc", "input_work")),
            ("outgoing", "outputs", ("create", "return")),
        ):
            pairs = [pair for row in rows for pair in linked(each_desk, row["uuid"], side, kinds)]
            told = {
                (one["label"], kind): number
                for one in found[name]
                for kind, number in one["node_types"].items()
            }
            assert told == Counter(pairs)


def test_a_status_has_its_message(each_desk):
    (row,) = data(each_desk, f'/processes?uuid="{names.FAILED_WARNING}"&attributes=true')
    path = f"/processes/types/{quote(row['process_type'] or '~none', safe='')}"
    found = get(each_desk, path).json["data"]["types"]["exit_statuses"]
    told = {one["exit_status"]: one["exit_message"] for one in found}
    assert told[401]
    assert told[402]


def test_durations_are_those_of_jobs(each_desk):
    (row,) = data(each_desk, f'/processes?uuid="{names.JOB_MINUTES}"')
    path = f"/processes/types/{quote(row['process_type'] or '~none', safe='')}"
    durations = get(each_desk, path).json["data"]["types"]["durations"]
    assert durations["count"] > 3
    values = [durations[f"{name}_seconds"] for name in ("median", "nine_tenths", "longest")]
    assert values == sorted(values)
    assert values[-1] >= 600
    assert durations["at_least"] is True


ODD = "aiida.calculations:a.b/c d%2F?#'é"


def test_a_type_may_have_any_signs(data, tmp_path, make_app):
    some = "(SELECT id FROM db_dbnode WHERE node_type LIKE 'process.%' ORDER BY id LIMIT 1 OFFSET"
    written = ["'" + ODD.replace("'", "''") + "'", "NULL", "''"]
    changes = [
        f"UPDATE db_dbnode SET process_type = {text} WHERE id = {some} {place})"
        for place, text in enumerate(written)
    ]
    path = badrows.archive(tmp_path, data / "lab.aiida", changes)
    client = make_app(store=str(path)).test_client()
    found = {
        item["process_type"]: item for item in get(client, "/processes/types").json["data"]["types"]
    }
    assert found[ODD]["url"].endswith(quote(ODD, safe=""))
    for name in (ODD, None):
        told = get(client, found[name]["url"].partition(API)[2]).json["data"]["types"]
        assert (told["process_type"], told["count"]) == (name, found[name]["count"])
    assert found[None]["url"].endswith("/~none")


def test_an_unknown_type_names_the_nearest(desk):
    body = get(desk, "/processes/types/aiida.calculations:core.arithmetic.ad", 404).json
    assert "`aiida.calculations:core.arithmetic.add`" in body["hint"]
    assert get(desk, "/processes/types/nothing", 404).json["code"] == "no-such-entity"
    for path in ("/processes/types?limit=1", "/codes?color=1", "/codes/x?a=1"):
        assert get(desk, path, 400 if "/x" not in path else 404).json["hint"]


@pytest.mark.parametrize(
    "name", ["%00", "a%00b", "%FF", "a%2Fb", "%27", "%F0%9F%92%A9", "a" * 3000]
)
def test_a_type_that_no_store_can_have_is_unknown(each_desk, name):
    assert get(each_desk, f"/processes/types/{name}", 404).json["code"] == "no-such-entity"


def test_types_are_a_304_until_something_is_written(lab_copy, make_app):
    client = make_app(store=lab_copy).test_client()
    answer = get(client, "/processes/types")
    headers = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(f"{API}/processes/types", headers=headers).status_code == 304
    postgres.run(
        lab_copy,
        "UPDATE db_dbnode SET process_type = 'new' WHERE id = (SELECT min(id) "
        "FROM db_dbnode WHERE process_type LIKE 'aiida.%')",
    )
    again = client.get(f"{API}/processes/types", headers=headers)
    assert again.status_code == 200
    assert "new" in [item["process_type"] for item in again.json["data"]["types"]]


@pytest.fixture(scope="module")
def codes(desk):
    """All nodes that are codes, by uuid."""
    rows = data(desk, "/nodes?limit=400&node_type=like=%22data.core.code.%25%22&attributes=true")
    assert len(rows) > 2
    return {row["uuid"]: row for row in rows}


def test_codes_are_nodes_with_computer_and_jobs(each_desk, codes):
    found = {row["uuid"]: row for row in data(each_desk, "/codes")}
    assert found.keys() == codes.keys()
    assert any(row["jobs_count"] for row in found.values())
    for uuid, row in found.items():
        assert row["plugin"] == codes[uuid]["attributes"].get("input_plugin")
        assert row["executable"] == codes[uuid]["attributes"].get("filepath_executable")
        (one,) = get(each_desk, row["url"].partition(API)[2]).json["data"]["codes"]
        assert one == row
        jobs = get(each_desk, f"/codes/{uuid}/jobs?limit=400")
        assert int(jobs.headers["X-Total-Count"]) == row["jobs_count"]
        assert all("CalcJobNode" in job["node_type"] for job in jobs.json["data"]["jobs"])


def test_codes_are_found_by_name_and_computer(each_desk):
    every = data(each_desk, "/codes")
    chosen = next(row for row in every if row["computer"])
    label, uuid = chosen["computer"]["label"], chosen["computer"]["uuid"]
    for computer in (label, f'"{label}"', uuid, uuid[:8]):
        found = data(each_desk, f'/codes?computer={computer}&name="{chosen["label"]}"')
        assert chosen["uuid"] in [row["uuid"] for row in found]
        assert all(row["computer"]["uuid"] == uuid for row in found)
    body = get(each_desk, f"/codes?computer={label[:-1]}", 404).json
    assert f"`{label}`" in body["hint"]


def test_codes_have_cursors(desk):
    found, cursor = [], "*"
    while cursor is not None:
        body = get(desk, f"/codes?limit=1&cursor={cursor}").json
        found += body["data"]["codes"]
        cursor = body["next"]
    assert found == data(desk, "/codes")


def test_a_computer_tells_its_jobs(each_desk):
    jobs = data(each_desk, "/calcjobs?limit=400&include=summary&attributes=true")
    computers = data(each_desk, "/computers")
    total = 0
    for computer in computers:
        found = data(each_desk, f"/computers/{computer['uuid']}/statistics")
        own = [
            job for job in jobs if job["computer"] and job["computer"]["uuid"] == computer["uuid"]
        ]
        known = wall_seconds(own)
        assert found["jobs"] == len(own)
        assert found["states"] == counted(own, "process_state", str)
        assert found["wall_hours"]["jobs"] == len(known)
        assert found["wall_hours"]["hours"] == pytest.approx(sum(known) / 3600, abs=1e-4)
        total += found["jobs"]
    assert total == sum(1 for job in jobs if job["computer"])
    assert total > 10


def test_an_unknown_computer_or_code_is_an_error(desk):
    for path in ("/computers/00000000/statistics", "/codes/00000000", "/codes/00000000/jobs"):
        assert get(desk, path, 404).json["code"] == "no-such-entity"


def test_bad_rows_hide_no_types(desk_bad):
    types = data(desk_bad, "/processes/types")
    assert sum(item["count"] for item in types) == len(processes(desk_bad))
    for item in types:
        assert get(desk_bad, item["url"].partition(API)[2]).json["data"]["types"]["count"]
    assert data(desk_bad, "/codes")
    for computer in data(desk_bad, "/computers"):
        assert data(desk_bad, f"/computers/{computer['uuid']}/statistics")["jobs"] >= 0


def test_nobody_tells_an_e_mail(desk):
    for path in ("/processes/types", "/codes", "/processes/types/~none"):
        answer = desk.get(f"{API}{path}")
        assert "@" not in answer.text
