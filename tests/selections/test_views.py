"""Saved selections: `/views` and what is below it, on every backend."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from provender import configuration
from provender.errors import ConfigurationError

STRUCTURES = 'node_type="data.core.structure.StructureData."'
WANT = {"uuid": "*", "attributes": {"exit_status": "*"}, "outgoing": {"*": "uuid"}}
VIEWS = {
    "structures": {
        "title": "All structures",
        "description": "Newest first.",
        "selection": STRUCTURES,
        "orderby": ["-id"],
    },
    "ended": {
        "title": "Ended",
        "where": {
            "node_type": {"startswith": "process."},
            "or": [{"attributes.exit_status": {"gt": 0}}, {"attributes.process_state": "finished"}],
        },
        "orderby": "-ctime,id",
        "limit": 3,
        "attributes": True,
        "attributes_filter": ["exit_status", "process_label"],
    },
    "outputs": {
        "title": "What processes gave",
        "selection": "group=processes&attributes.exit_status=exists=true",
        "want": WANT,
        "orderby": "id",
        "limit": 4,
    },
    "flat": {"title": "As a table", "selection": "group=processes", "want": WANT, "flat": True},
    "codes": {
        "title": "Exit codes",
        "selection": 'node_type=like="process.%"',
        "facet": ["attributes.exit_status", "ctime:month"],
        "stats": "attributes.exit_status",
        "size": 2,
    },
    "codes-posted": {
        "title": "Exit codes",
        "where": {"group": "processes"},
        "facet": "attributes.exit_status",
    },
    "all": {"title": "Everything"},
}
# The requests that views stand for.
SAME = {
    "structures": f"/nodes?{STRUCTURES}&orderby=-id",
    "outputs": "/nodes/select?group=processes&attributes.exit_status=exists=true&orderby=id&limit=4"
    f"&want={json.dumps(WANT)}",
    "flat": f"/nodes/select?group=processes&flat=1&want={json.dumps(WANT)}",
    "codes": '/nodes/facets?node_type=like="process.%25"&facet=attributes.exit_status'
    "&facet=ctime:month&stats=attributes.exit_status&size=2",
    "all": "/nodes",
}


def views(**more):
    return configuration.read({"views": {**VIEWS, **more}}).views


@pytest.fixture(scope="module")
def archive(serve, unpacked):
    return serve(unpacked / "lab.aiida", views=views())


@pytest.fixture(scope="module")
def sqlite(serve, unpacked):
    return serve(unpacked / "sqlite_dos", views=views())


@pytest.fixture(scope="module")
def postgres(serve, unpacked, lab_postgres):
    return serve(lab_postgres, unpacked / "repo" / "container", views=views())


@pytest.fixture(params=["archive", "postgres", "sqlite"])
def served(request):
    return request.getfixturevalue(request.param)


def ok(served, path, **options):
    answer = served.get(path if path.startswith("/api") else f"/api/v4{path}", **options)
    assert answer.status == 200, answer.body
    return answer


def test_the_list_tells_names_titles_and_addresses(served):
    listed = ok(served, "/views").data["views"]
    assert [item["name"] for item in listed] == sorted(VIEWS)
    for item in listed:
        assert item["title"] == VIEWS[item["name"]]["title"]
        assert item["description"] == VIEWS[item["name"]].get("description", "")
        assert item["url"] == f"{served.root}/api/v4/views/{item['name']}"
        assert item["answers"] in ok(served, item["url"].removeprefix(served.root)).data


@pytest.mark.parametrize("name", SAME)
def test_a_view_answers_as_the_route_that_it_stands_for(name, served):
    found, expected = ok(served, f"/views/{name}"), ok(served, SAME[name])
    assert found.data == expected.data
    assert any(expected.data.values())
    for key in ("x-total-count", "etag"):
        assert (key in found.headers) == (key in expected.headers)
    assert found.headers.get("x-total-count") == expected.headers.get("x-total-count")
    assert found.json["path"] == f"/api/v4/views/{name}"
    assert found.json["resource_type"] == "nodes"
    assert found.json.get("next") == expected.json.get("next")


def test_a_posted_selection_is_saved_as_it_is_posted(served):
    saved = VIEWS["ended"]
    body = {key: saved[key] for key in saved if key != "title"}
    raw = json.dumps(body).encode()
    posted = served.get("/api/v4/nodes/search", method="POST", body=raw)
    found = ok(served, "/views/ended")
    assert found.data == posted.data
    assert len(found.rows()) == 3 < found.total == posted.total
    raw = json.dumps({"where": {"group": "processes"}, "facet": "attributes.exit_status"}).encode()
    posted = served.get("/api/v4/nodes/facets", method="POST", body=raw)
    assert ok(served, "/views/codes-posted").data == posted.data


def test_every_backend_gives_the_same(archive, postgres, sqlite):
    for name in ("structures", "ended", "outputs"):
        answers = [ok(one, f"/views/{name}?limit=400") for one in (archive, postgres, sqlite)]
        key = "rows" if name == "outputs" else "nodes"
        found = [{row["uuid"] for row in one.data[key]} for one in answers]
        assert found[0] == found[1] == found[2] != set()
    facets = [ok(one, "/views/codes").data["stats"] for one in (archive, postgres, sqlite)]
    assert facets[0] == facets[1] == facets[2]


# Pages


@pytest.mark.parametrize(("name", "key"), [("ended", "nodes"), ("outputs", "rows")])
def test_a_walk_by_the_links_gives_every_row_once(name, key, served):
    whole = [row["uuid"] for row in ok(served, f"/views/{name}?limit=400").data[key]]
    found, path = [], f"/views/{name}?cursor=*" if key == "nodes" else f"/views/{name}"
    for _ in range(100):
        page = ok(served, path)
        found += [row["uuid"] for row in page.data[key]]
        assert len(page.data[key]) <= 4
        if "link" not in page.headers:
            break
        target = re.fullmatch(r'<([^>]+)>; rel="next"', page.headers["link"])[1]
        assert target.startswith(f"{served.root}/api/v4/views/{name}?cursor=")
        assert page.json["next"] in target
        path = target.removeprefix(served.root)
    assert found == whole
    assert len(whole) > 8


def test_the_pages_of_a_list_follow_each_other(served):
    whole = ok(served, "/views/ended?limit=400").column("uuid")
    first = ok(served, "/views/ended/page?perpage=5")
    second = ok(served, "/views/ended/page/2?perpage=5")
    assert first.column("uuid") + second.column("uuid") == whole[:10]
    assert first.total == len(whole)
    assert '/api/v4/views/ended/page/2?perpage=5>; rel="next"' in first.headers["link"]
    assert len(ok(served, "/views/ended/page").rows()) == min(20, len(whole))
    assert served.get("/api/v4/views/ended/page/999").status == 404


def test_a_request_may_say_how_many_rows(served):
    assert len(ok(served, "/views/ended?limit=5").rows()) == 5
    assert len(ok(served, "/views/outputs?limit=5").data["rows"]) == 5
    offset = ok(served, "/views/ended?offset=2&limit=3").column("uuid")
    assert offset == ok(served, "/views/ended?limit=5").column("uuid")[2:]
    assert ok(served, "/views/ended?limit=0").total == ok(served, "/views/ended").total


@pytest.mark.parametrize("path", ["/views", "/views/ended", "/views/outputs", "/views/codes"])
def test_what_is_unchanged_is_not_sent_again(path, served):
    etag = ok(served, path).headers["etag"]
    again = served.get(f"/api/v4{path}", headers={"If-None-Match": etag})
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/views/structure", 404, "There is no view `structure`. Did you mean `structures`?"),
        ("/views/zzz", 404, "There is no view `zzz`. `/views` lists all views."),
        ("/views/ended?label=x", 400, "takes no key `label`"),
        ("/views/ended?orderby=id", 400, "takes no key `orderby`"),
        ("/views/ended?limit=401", 400, "bigger than 400"),
        ("/views/ended?cursor=x", 400, "cursor"),
        ("/views/ended/page?limit=3", 400, "takes no key `limit`"),
        ("/views/ended/page/0", 404, "Non existent page"),
        ("/views/outputs?offset=1", 400, "The view `outputs` takes no key `offset`"),
        ("/views/outputs/page", 400, "has no numbered pages. `next`"),
        ("/views/outputs?limit=1001", 400, "1000"),
        ("/views/codes?limit=1", 400, "The view `codes` takes no key `limit`. Valid: profile."),
        ("/views/codes/page/2", 400, "has no numbered pages"),
        ("/views?name=x", 400, "takes no key `name`"),
        ("/views/ended?profile=x", 400, "not enabled"),
    ],
)
def test_wrong_requests_say_what_is_right(path, status, words, served):
    answer = served.get(f"/api/v4{path}")
    told = f"{answer.json['message']} {answer.json.get('hint', '')}"
    assert (answer.status, words in told) == (status, True), told


def test_buckets_point_to_lists_of_as_many_nodes(served):
    buckets = ok(served, "/views/codes").data["facets"]["attributes.exit_status"]["buckets"]
    assert buckets
    for bucket in buckets:
        assert ok(served, bucket["url"].removeprefix(served.root)).total == bucket["count"]


def test_without_posting_views_are_served(make_app, data, settings):
    app = make_app(
        store=data / "lab.aiida", settings=replace(settings, views=views()), posting=False
    )
    client = app.test_client()
    assert client.get("/api/v4/views/ended").status_code == 200
    assert client.post("/api/v4/views/ended", json={}).status_code == 405


def test_without_views_the_list_is_empty(on_each):
    assert ok(on_each, "/views").data["views"] == []
    assert on_each.get("/api/v4/views/x").status == 404


# Profiles


@pytest.fixture
def two_profiles(data, settings):
    own = configuration.read(
        {
            "profiles": {
                "open": {"store": str(data / "materials.aiida")},
                "closed": {
                    "store": str(data / "lab.aiida"),
                    "readers": ["nobody"],
                    "views": {"own": {"title": "Own"}, "all": {"title": "Other", "limit": 1}},
                },
            },
            "views": {"all": {"title": "Everything"}},
        }
    )
    return replace(
        settings,
        default_profile="open",
        profiles=own.profiles,
        views=own.views,
        profile_switching=True,
    )


@pytest.mark.undescribed("/views", "/views/all", "/views/own")
def test_a_profile_adds_its_own_views(two_profiles, make_app):
    everyone = replace(two_profiles.profiles["closed"], readers=None)
    profiles = {**two_profiles.profiles, "closed": everyone}
    client = make_app(settings=replace(two_profiles, profiles=profiles)).test_client()
    names = [item["name"] for item in client.get("/api/v4/views").json["data"]["views"]]
    assert names == ["all"]
    listed = client.get("/closed/api/v4/views").json["data"]["views"]
    assert [(item["name"], item["title"]) for item in listed] == [("all", "Other"), ("own", "Own")]
    assert listed[0]["url"] == "http://localhost/closed/api/v4/views/all"
    assert len(client.get("/closed/api/v4/views/all").json["data"]["nodes"]) == 1
    named = client.get("/api/v4/views?profile=closed").json["data"]["views"]
    assert named[0]["url"] == "http://localhost/api/v4/views/all?profile=closed"
    assert client.get("/api/v4/views/own?profile=closed").status_code == 200
    assert client.get("/api/v4/views/own").status_code == 404


@pytest.mark.undescribed("/views", "/views/all", "/views/own")
def test_views_of_a_guarded_profile_are_guarded(two_profiles, make_app):
    client = make_app(settings=two_profiles).test_client()
    assert client.get("/api/v4/views").status_code == 200
    for path in ("", "/all", "/own", "/no-such-view"):
        for where in (f"/closed/api/v4/views{path}", f"/api/v4/views{path}?profile=closed"):
            assert client.get(where).status_code == 401


# The configuration


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (
            {"title": "X", "wher": {}},
            "Unknown setting `views.x.wher` in settings. Did you mean `views.x.where`?",
        ),
        ({"titel": "X"}, "Unknown setting `views.x.titel`"),
        ({}, "`views.x.title` is missing in settings."),
        ("label=1", "`views.x` must hold names with values"),
        ({"title": 3}, "`views.x.title` must be a string"),
        ({"title": "X", "where": [1]}, "`views.x.where` must be an object"),
        ({"title": "X", "limit": 0}, "`views.x.limit` must be at least 1"),
        (
            {"title": "X", "where": {}, "selection": ""},
            "`views.x` has both `selection` and `where`",
        ),
        (
            {"title": "X", "want": {"uuid": "*"}, "facet": ["label"]},
            "`views.x` has both `want` and `facet`",
        ),
    ],
)
def test_a_view_that_is_written_wrong_is_refused(view, words):
    with pytest.raises(ConfigurationError) as caught:
        configuration.read({"views": {"x": view}})
    assert words in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize("name", ["", "a b", "a/b", "-a", "a?b", "ä"])
def test_a_name_is_one_of_an_address(name):
    with pytest.raises(ConfigurationError, match="is no name of a view"):
        configuration.read({"views": {name: {"title": "X"}}})


WRONG = [
    (
        {"where": {"lable": "x"}},
        ["Unknown key `lable`. At `/where/lable`.", "Did you mean `label`?"],
    ),
    ({"where": {"label": {"lik": "x"}}}, ["At `/where/label/lik`.", "Did you mean `like`?"]),
    ({"where": {"users.email": "x"}}, ["Unknown key"]),
    ({"selection": "lable=1"}, ["Unknown key `lable`.", "Did you mean `label`?"]),
    ({"selection": "label="}, ["The query string format is invalid."]),
    ({"selection": "label=5"}, ["`label`"]),
    ({"selection": "orderby=label"}, ["This path takes no key `orderby`."]),
    ({"selection": "ancestor_of=xyz"}, ["`ancestor_of` takes a uuid or its beginning"]),
    ({"orderby": ["lable"]}, ["Unknown key `lable`.", "Did you mean `label`?"]),
    ({"limit": 401}, ["cannot be bigger than 400"]),
    ({"want": {"attribute": "*"}}, ["At `/want/attribute`.", "Did you mean `attributes`?"]),
    ({"want": {"uuid": "*"}, "limit": 1001}, ["1000"]),
    ({"want": {"uuid": "*"}, "attributes": True}, ["There is no key `attributes` here."]),
    ({"flat": True}, ["There is no key `flat` here."]),
    ({"facet": ["lable"]}, ["Unknown key `lable`.", "Did you mean `label`?"]),
    ({"facet": ["label"], "limit": 3}, ["There is no key `limit` here."]),
    ({"facet": ["label"], "size": 5000}, ["from 1 to 1000"]),
    ({"size": 5}, ["There is no key `size` here."]),
    ({"where": {"attributes.x": float("nan")}}, ["no JSON"]),
]


@pytest.mark.parametrize(("view", "words"), WRONG, ids=str)
def test_a_view_that_cannot_be_asked_stops_the_start(view, words, make_app, data):
    chosen = configuration.read({"views": {"good": {"title": "G"}, "x": {"title": "X", **view}}})
    with pytest.raises(ConfigurationError) as caught:
        make_app(store=data / "lab.aiida", settings=chosen)
    told = f"{caught.value.message} {caught.value.hint}"
    assert told.startswith("The view `views.x` cannot be served: ")
    for word in words:
        assert word in told


def test_times_of_yaml_are_times(serve, unpacked, tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text(
        "views:\n  recent:\n    title: Since 2020\n    where: {ctime: {gt: 2020-01-01}}\n"
    )
    served = serve(unpacked / "lab.aiida", views=configuration.load(file).views)
    assert ok(served, "/views/recent").total == ok(served, "/nodes?ctime>2020-01-01").total > 0
