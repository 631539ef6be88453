"""What the contract says beyond the recorded answers: filters, orders, pages, headers, errors."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest

import provender
from support.server import ask


def get(served, path, **options):
    return served.get(f"/api/v4{path}", **options)


def total(served, path):
    answer = get(served, path)
    assert answer.status == 200, answer.body
    return answer.total


# Filters


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ('node_type=like="%data%"', 235),
        ('label!=""', 102),
        ('process_type!="x"', 77),
        ('process_type=notin="x"', 77),
        ("process_type=x", 0),
        ('process_type=like="%"', 77),
        ('label=like="bcc__e"', 6),
        ('label=like="bcc_e"', 0),
        ('label=ilike="BCC fe"', 6),
        ('label="BCC fe"', 0),
        ('label>="bcc Fe"&label<="BCC FE"', 6),
        ('uuid="CDA14B00-82b5-443f-b152-62a831206992"', 1),
        ('uuid!="cda14b00"', 312),
        ('uuid=notin="cda14b00"', 312),
        ('uuid=like="%252a831206992"', 1),
        ('uuid=like="cda_4b00%"', 1),
        ('uuid=ilike="%252A831206992"', 1),
        ('uuid>="cda14b00"&uuid<"cda14b01"', 1),
        ("id=5.5", 0),
        ("id!=5.5", 312),
        ("id<1e30", 312),
        ("ctime=9999-12-31", 0),
        ("ctime<9999-12-31", 312),
        ("ctime>9999-12-31", 0),
        ("ctime<=9999-12-31", 312),
        ("ctime>=0001-01-01", 312),
        ("ctime=notin=2026-11-20", 0),
        ("ctime=notin=2025-11-20", 312),
        ("label=in=add,template", 2),
        ('full_type="data.core.int.Int.|"&label!=""', 3),
    ],
)
def test_filters(query, count, on_each):
    assert total(on_each, f"/nodes?{query}") == count


@pytest.mark.parametrize("instant", ["2026-11-20", "2026-11-20T11:55", "2026-11-20T11:51:08"])
def test_exactly_one_of_before_at_and_after_holds(instant, on_each):
    parts = [total(on_each, f"/nodes?ctime{sign}{instant}") for sign in ("<", "=", ">")]
    assert sum(parts) == 312
    assert total(on_each, f"/nodes?ctime<={instant}") == parts[0] + parts[1]
    assert total(on_each, f"/nodes?ctime>={instant}") == parts[1] + parts[2]
    assert total(on_each, f"/nodes?ctime!={instant}") == parts[0] + parts[2]


def test_patterns_escape_and_literal_backslashes(on_each):
    for query in (r'last_name=like="%\%%"', r'last_name=like="%\_%"', r'last_name=like="%\\"'):
        assert total(on_each, f"/users?{query}") == 1
    assert total(on_each, '/users?first_name="Quote ""The"""') == 1


def test_non_ascii_texts(on_each):
    assert total(on_each, '/users?first_name="Émilie"') == 1
    assert total(on_each, '/users?first_name="%C3%89milie"') == 1
    assert total(on_each, '/users?first_name=ilike="éMILIE"') == 1
    assert total(on_each, '/users?first_name=like="É%"') == 1


def test_groups_by_time(on_each):
    assert total(on_each, "/groups?time>2026-11-19") == 5 or on_each.name == "sqlite"
    assert get(on_each, "/groups?orderby=-time").status == 200


def test_email_is_filtered_only_when_opened_and_never_shown(on_each, on_private):
    assert total(on_each, '/users?email="a@b.ch"') == 1
    assert get(on_each, "/users?orderby=email").status == 200
    assert b"a@b.ch" not in get(on_each, '/users?email=like="%"').body.replace(b"email=like", b"")
    for path in ("/api/v4", "/api/v2"):
        for query in ('email="a@b.ch"', "orderby=email", 'email=like="%"'):
            private = on_private.get(f"{path}/users?{query}")
            unknown = on_private.get(f"{path}/users?{query.replace('email', 'xmail')}")
            assert private.status == unknown.status == 400
            assert private.body == unknown.body.replace(b"xmail", b"email")
    for served in (on_each, on_private):
        assert b"email" not in get(served, "/users/projectable_properties").body
        assert b"email" not in served.get("/api/v2/users/schema").body


# Orders


def test_texts_are_ordered_by_code_point(on_each):
    for path, column in [
        ("/users?orderby=last_name", "last_name"),
        ("/computers?orderby=label", "label"),
        ("/nodes?orderby=label", "label"),
        ("/nodes?orderby=node_type", "node_type"),
    ]:
        values = get(on_each, path).column(column)
        assert values == sorted(values)
        assert get(on_each, path.replace("=", "=-")).column(column) == values[::-1]


def test_no_value_comes_last_ascending_and_first_descending(on_each):
    values = get(on_each, "/nodes?orderby=process_type").column("process_type")
    assert values[77:] == [None] * 235
    assert values[:77] == sorted(values[:77])
    values = get(on_each, "/nodes?orderby=-process_type").column("process_type")
    assert values[:235] == [None] * 235


def test_ties_are_broken_by_id(on_each):
    for sign in ("", "-"):
        rows = get(on_each, f"/nodes?orderby={sign}user_id").rows()
        assert len(rows) == 312
        for first, second in pairwise(rows):
            assert first["user_id"] != second["user_id"] or first["id"] < second["id"]


# Windows and pages


def links(answer):
    found = re.findall(r'<([^>]*)>; rel="(\w+)"', answer.headers["link"])
    return {relation: target for target, relation in found}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?perpage=7",
        '?perpage=3&label=like="%a%"&orderby=-label',
        '?perpage=5&node_type=like="%data%"&id>3',
        '?perpage=2&label="100%25 & more"',
        '?perpage=2&description=like="%25100\\%%25"&_="é"',
    ],
)
@pytest.mark.parametrize("dialect", ["v4", "v2"])
def test_following_the_links_gives_every_row_once(query, dialect, on_archive):
    asked = query.replace("node_", "") if dialect == "v2" else query
    url = f"{on_archive.root}/api/{dialect}/nodes/page/1{asked}"
    seen, pages = [], 0
    while url:
        answer = ask(url)
        assert answer.status == 200, answer.body
        seen += answer.column("id")
        url = links(answer).get("next")
        pages += 1
    assert len(seen) == len(set(seen)) == answer.total
    found = links(answer)
    assert ask(found["last"]).rows() == answer.rows()
    assert ask(found["first"]).column("id") == seen[: len(ask(found["first"]).rows())]
    assert ("prev" in found) == (pages > 1)


def test_the_form_of_the_links(on_archive):
    answer = get(on_archive, '/nodes/page/2?perpage=3&label=like="%"')
    target = f"{on_archive.root}/api/v4/nodes/page/{{}}?perpage=3&label=like=%22%25%22"
    expected = [("prev", 1), ("next", 3), ("first", 1), ("last", 104)]
    assert answer.headers["link"] == ", ".join(
        f'<{target.format(number)}>; rel="{relation}"' for relation, number in expected
    )
    assert "link" not in get(on_archive, "/nodes").headers


def test_an_empty_list_has_a_first_page(on_each):
    answer = get(on_each, "/nodes/page?id>100000")
    assert answer.status == 200
    assert answer.rows() == []
    assert set(links(answer)) == {"first", "last"}
    assert get(on_each, "/nodes/page/2?id>100000").status == 404


def test_limit_and_offset(on_each):
    everything = get(on_each, "/nodes").column("uuid")
    for limit, offset in [(0, 0), (5, 0), (5, 3), (400, 310), (5, 1000), (1, 311), (1, 312)]:
        answer = get(on_each, f"/nodes?limit={limit}&offset={offset}")
        assert answer.column("uuid") == everything[offset : offset + limit]
        assert answer.total == 312


def test_details_are_lists_of_one(on_each):
    path = "/nodes/cda14b00"
    assert len(get(on_each, path).rows()) == 1
    for query in ("limit=0", "offset=1"):
        answer = get(on_each, f"{path}?{query}")
        assert (answer.rows(), answer.total) == ([], 1)
    assert get(on_each, f"{path}?perpage=5").status == 400


# Attributes and extras


def test_attributes_with_odd_names(on_each):
    path = '/nodes?attributes=true&label="base 9"&attributes_filter='
    names = {
        '"unicode ключ"': "значение",
        '"nested.a.b.2.c"': "deep",
        '"list.-1"': 3,
        '"list.5"': None,
        "big": 12345678901234567890,
        "null": None,
        '"nested..a"': None,
        '"{a,b}"': None,
        '"\'"': None,
    }
    (row,) = get(on_each, path + ",".join(names)).rows()
    assert row["attributes"] == {key.strip('"'): value for key, value in names.items()}


def test_missing_contents_are_empty_objects(on_archive, on_postgres):
    for served in (on_archive, on_postgres):
        rows = get(served, "/nodes?attributes=true&extras=true").rows()
        assert len(rows) == 312
        assert all(isinstance(row["attributes"], dict) for row in rows)
        assert all(isinstance(row["extras"], dict) for row in rows)


# Views of processes


def test_processes_and_calcjobs_are_views(on_each):
    assert total(on_each, "/processes") == 77
    assert total(on_each, "/calcjobs") == 23
    assert set(get(on_each, "/calcjobs").column("node_type")) == {
        "process.calculation.calcjob.CalcJobNode."
    }
    assert get(on_each, "/processes/page/2?perpage=50").total == 77
    assert get(on_each, "/processes/78ccdb4c").rows() == get(on_each, "/nodes/78ccdb4c").rows()
    assert get(on_each, "/processes/cda14b00").status == 404


def test_processes_by_pk(on_lab):
    answer = get(on_lab, "/processes/125")
    assert answer.column("id") == [125]
    assert answer.json["id"] == "125"
    assert get(on_lab, "/calcjobs/5").status == 404


# Envelope and headers


def test_the_envelope(on_archive):
    answer = get(on_archive, "//nodes".removeprefix("/") + '/?limit=1&label="bcc%20Fe"')
    assert {key: value for key, value in answer.json.items() if key != "data"} == {
        "id": None,
        "method": "GET",
        "path": "/api/v4/nodes/",
        "query_string": 'limit=1&label="bcc Fe"',
        "resource_type": "nodes",
        "url": f'{on_archive.root}/api/v4/nodes/?limit=1&label="bcc Fe"',
        "url_root": f"{on_archive.root}/",
    }
    assert answer.headers["content-type"] == "application/json"


def test_a_path_before_the_application_is_in_the_root(on_archive):
    environ = {"SCRIPT_NAME": "/app1", "HTTP_HOST": "example.org"}
    client = on_archive.app.test_client()
    answer = client.get("/api/v4/nodes/page/2", environ_overrides=environ)
    assert answer.json["url_root"] == "http://example.org/app1/"
    assert answer.json["path"] == "/api/v4/nodes/page/2"
    assert answer.json["url"] == "http://example.org/app1/api/v4/nodes/page/2"
    assert "<http://example.org/app1/api/v4/nodes/page/3>" in answer.headers["Link"]
    moved = client.get("/api//v4/nodes", environ_overrides=environ)
    assert moved.status_code == 308
    assert moved.headers["Location"] == "http://example.org/app1/api/v4/nodes"


def test_the_same_request_gives_the_same_bytes(on_each):
    path = "/nodes?attributes=true&extras=true"
    assert get(on_each, path).body == get(on_each, path).body


def test_scripts_of_other_sites_may_read_everything(on_archive):
    for path in ("/nodes?limit=1", "/nodes?foo=1", "/nothing", "/nodes/page/99"):
        answer = get(on_archive, path, headers={"Origin": "https://explorer.example.org"})
        assert answer.headers["access-control-allow-origin"] in (
            "*",
            "https://explorer.example.org",
        )
        exposed = answer.headers["access-control-expose-headers"]
        for name in ("X-Total-Count", "X-Total-Counts", "Link", "ETag", "Content-Disposition"):
            assert name in exposed


def test_preflight(on_archive):
    answer = get(
        on_archive,
        "/nodes",
        method="OPTIONS",
        headers={
            "Origin": "https://explorer.example.org",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert answer.status == 200
    assert answer.body == b""
    assert "GET" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-headers"].lower() == "content-type"


def test_head_is_get_without_a_body(on_archive):
    got, head = (get(on_archive, "/nodes?limit=2", method=method) for method in ("GET", "HEAD"))
    assert head.status == 200
    assert head.body == b""
    for name in ("content-length", "x-total-count", "content-type"):
        assert head.headers[name] == got.headers[name]


# Errors


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/nodes", "/nodes/", "/nodes/cda14", "/server", "/nodes/page/1"])
def test_other_methods_are_refused(method, path, on_archive):
    answer = get(on_archive, path, method=method)
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert answer.json["message"]


def test_slashes(on_archive):
    assert get(on_archive, "/nodes/").status == 200
    moved = get(on_archive, "//nodes?limit=1")
    assert moved.status == 308
    assert moved.headers["location"].endswith("/api/v4/nodes?limit=1")
    assert get(on_archive, "//nodes", method="POST").status in (308, 405)


def test_errors_say_what_would_be_right(on_each):
    answer = get(on_each, "/nodes?foo=1")
    assert answer.status == 400
    assert answer.json == {
        "message": "Unknown key `foo`.",
        "code": "unknown-field",
        "hint": "Valid: id, pk, uuid, label, description, node_type, process_type, ctime, mtime, "
        "user_id, user, dbcomputer_id, computer. Keys inside JSON are written attributes.KEY, "
        "extras.KEY.",
    }
    answer = get(on_each, "/nodes?id==3")
    assert answer.json["detail"] == "id==3\n   ^"


def test_the_profile_key_is_refused(on_archive):
    answer = get(on_archive, "/nodes?profile=lab")
    assert answer.status == 400
    assert answer.json["message"] == (
        "specifying an explicit profile is not enabled for this REST API."
    )


def test_profiles_can_be_switched_where_that_is_enabled(data, tmp_path, make_app):
    from provender import configuration

    settings = configuration.read(
        {
            "profile_switching": True,
            "default_profile": "lab",
            "profiles": {
                "lab": str(data / "lab.aiida"),
                "materials": str(data / "materials.aiida"),
            },
            "cache": {"folder": str(tmp_path)},
        }
    )
    client = make_app(settings=settings).test_client()
    totals = {
        query: client.get(f"/api/v4/nodes?limit=0{query}").headers.get("X-Total-Count")
        for query in ("", "&profile=lab", '&profile="materials"', "&profile=other")
    }
    assert list(totals.values()) == ["312", "312", "151", None]
    assert client.get("/api/v4/nodes?profile=other").status_code == 404


def test_answers_have_a_largest_size(serve, unpacked):
    from provender.settings import Limits

    served = serve(unpacked / "lab.aiida", limits=Limits(answer_bytes=2000))
    answer = get(served, "/nodes?attributes=true")
    assert answer.status == 400
    assert "limits.answer_bytes" in answer.json["message"]
    assert get(served, "/nodes?limit=1").status == 200


def test_limits_are_settings(serve, unpacked):
    from provender.settings import Limits

    served = serve(unpacked / "lab.aiida", limits=Limits(default=10, perpage=3))
    assert len(get(served, "/nodes").rows()) == 10
    assert len(get(served, "/nodes/page").rows()) == 3
    assert get(served, "/nodes?limit=11").json["message"] == (
        "Limit and perpage cannot be bigger than 10"
    )


@pytest.mark.parametrize(
    ("path", "named"),
    [("nodes/zz", "zz"), ("users/abc", "abc"), ("nodes/cda14b0082", "cda14b0082")],
)
def test_a_malformed_id_is_named(on_archive, path, named):
    answer = on_archive.get(f"/api/v4/{path}")
    assert (answer.status, answer.json["code"]) == (404, "unknown-route")
    assert answer.json["message"] == "The requested URL is not found on the server."
    assert f"`{named}`" in answer.json["hint"]
    assert "available_endpoints" not in answer.json


@pytest.mark.parametrize("path", ["/nosuch/api/v4/nodes", "/nosuch/", "/nosuch", "/favicon.ico"])
def test_an_unknown_first_element_of_a_path_is_an_unknown_profile(on_archive, path):
    answer = on_archive.get(path)
    assert (answer.status, answer.json["code"]) == (404, "unknown-profile")
    assert "/profiles" in answer.json["hint"]
    assert len(answer.body) < 300


def test_a_reserved_word_is_no_profile(on_archive):
    answer = on_archive.get("/metrics")
    assert (answer.status, answer.json["code"]) == (404, "unknown-route")
    assert "available_endpoints" not in answer.json


def test_the_name_of_a_profile_may_stand_unquoted(data, tmp_path, make_app):
    from provender import configuration

    settings = configuration.read(
        {
            "profile_switching": True,
            "default_profile": "paper.v2",
            "profiles": {"paper.v2": str(data / "lab.aiida"), "b-1": str(data / "lab.aiida")},
            "cache": {"folder": str(tmp_path)},
        }
    )
    client = make_app(settings=settings).test_client()
    for name in ("paper.v2", '"paper.v2"', "b-1", "b-1&limit=1"):
        assert client.get(f"/api/v4/nodes?profile={name}").status_code == 200, name
        query = b'{"path": [{"entity_type": "user"}]}'
        posted = client.post(f"/api/v4/querybuilder?profile={name}", data=query)
        assert posted.status_code == 200, name


@pytest.mark.parametrize("dialect", ["v2", "v4"])
def test_the_version_of_aiida_is_that_of_the_store(on_each, dialect):
    answer = on_each.get(f"/api/{dialect}/server")
    assert answer.data["AiiDA_version"] == "2.9.4"
    assert answer.headers["x-provender-version"] == provender.__version__


def test_a_store_that_tells_no_version_has_an_unknown_one(lab_copy, make_app):
    from support import postgres

    client = make_app(store=lab_copy).test_client()
    assert client.get("/api/v4/server").json["data"]["AiiDA_version"] == "2.9.4"
    newest = "SELECT max(id) FROM db_dbnode WHERE node_type LIKE 'process.%'"
    version = "jsonb_set(attributes, '{version,core}', '\"3.1.4\"')"
    postgres.run(lab_copy, f"UPDATE db_dbnode SET attributes = {version} WHERE id = ({newest})")
    assert client.get("/api/v4/server").json["data"]["AiiDA_version"] == "3.1.4"
    postgres.run(lab_copy, "UPDATE db_dbnode SET attributes = attributes - 'version'")
    assert client.get("/api/v4/server").json["data"]["AiiDA_version"] == "unknown"


def test_a_store_that_is_away_has_an_unknown_version(tmp_path, make_app):
    client = make_app(store=f"postgresql://nobody@localhost/x?host={tmp_path}").test_client()
    answer = client.get("/api/v4/server")
    assert (answer.status_code, answer.json["data"]["AiiDA_version"]) == (200, "unknown")


def test_errors_quote_long_requests_in_part(on_each):
    column = "x" * 900_000 + "y"
    query = {"path": [""], "filters": {"node_1": {column: 1}}}
    body = json.dumps(query).encode()
    answer = on_each.get("/api/v4/querybuilder", method="POST", body=body)
    assert (answer.status, answer.json["code"]) == (400, "unknown-field")
    assert answer.json["message"].startswith("Unknown key `xxx")
    assert "characters left out] xxx" in answer.json["message"]
    assert answer.json["message"].endswith("xy`.")
    assert len(answer.body) < 20_000


def test_notes_fit_into_a_header(on_each):
    values = ",".join(f'"Struct{number}"' for number in range(900))
    answer = on_each.get(f"/api/v4/nodes?node_type=in={values}")
    assert (answer.status, answer.total) == (200, 0)
    assert 100 < len(answer.headers["x-provender-notes"]) < 4000
