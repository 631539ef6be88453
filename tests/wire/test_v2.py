"""The older dialect, example by example as its document prints them, on real stores."""

from __future__ import annotations

import pytest

NODE_FIELDS = {"id", "uuid", "label", "type", "state", "ctime", "mtime"}
VIEWS = [
    "nodes",
    "processes",
    "calculations",
    "calcjobs",
    "data",
    "codes",
    "bands",
    "kpoints",
    "cifs",
    "structures",
    "upfs",
]


def get(served, path, **options):
    return served.get(f"/api/v2{path}", **options)


def ok(served, path):
    answer = get(served, path)
    assert answer.status == 200, answer.body
    return answer


# General form of the urls


@pytest.mark.parametrize("path", ["", "/", "/server/endpoints"])
def test_the_base_url_lists_the_endpoints(on_archive, path):
    lines = ok(on_archive, path).data["available_endpoints"]
    assert any(line.endswith("/api/v2/structures/<id>/") for line in lines)
    assert all("/api/v2" in line for line in lines)


def test_example_users(on_each):
    assert ok(on_each, "/users/").total == 5


def test_example_scheduler_type_slurm(on_each):
    found = ok(on_each, '/computers?scheduler_type="slurm"')
    assert found.total == 4
    assert set(found.column("scheduler_type")) == {"slurm"}
    assert ok(on_each, '/computers?scheduler_type="core.slurm"').total == 4


def test_example_id_and_type_pattern(on_lab):
    found = ok(on_lab, '/nodes/?id>45&type=like="%data%"')
    assert found.total == 193
    assert all("data" in text for text in found.column("type"))


# Limit and offset


def test_example_computers_limit_and_offset(on_lab):
    answer = ok(on_lab, "/computers/?limit=3&offset=2")
    assert answer.column("id") == [3, 4, 5]
    assert answer.total == 7


# Paths


@pytest.mark.parametrize("resource", [*VIEWS, "computers", "groups", "users"])
def test_every_resource_has_list_page_and_schema(on_each, resource):
    listed = ok(on_each, f"/{resource}")
    assert list(listed.data) == [resource]
    assert listed.json["pk"] is None
    assert listed.json["resource_type"] == resource
    assert ok(on_each, f"/{resource}/page/1?perpage=2").rows() == listed.rows()[:2]
    assert ok(on_each, f"/{resource}/page").rows() == listed.rows()[:20]
    schema = ok(on_each, f"/{resource}/schema").data
    assert set(schema["ordering"]) <= set(schema["fields"])
    if listed.rows():
        shown = set(listed.rows()[0])
        assert shown <= set(schema["fields"]) | {"id"}


@pytest.mark.parametrize("resource", [name for name in VIEWS if name != "upfs"])
def test_node_like_resources_have_the_fields_of_the_document(on_each, resource):
    rows = ok(on_each, f"/{resource}?limit=5").rows()
    assert rows
    assert all(set(row) == NODE_FIELDS for row in rows)


def test_pseudopotentials_have_the_fields_of_nodes(on_materials):
    rows = ok(on_materials, "/upfs?limit=5").rows()
    assert rows
    assert all(set(row) == NODE_FIELDS for row in rows)


def test_views_hold_their_types_only(on_each):
    totals = {name: ok(on_each, f"/{name}").total for name in VIEWS}
    assert totals == {
        "nodes": 312,
        "processes": 77,
        "calculations": 77,
        "calcjobs": 23,
        "data": 235,
        "codes": 4,
        "bands": 1,
        "kpoints": 2,
        "cifs": 4,
        "structures": 34,
        "upfs": 0,
    }


def test_views_know_stores_of_before_aiida_2(serve, data):
    served = serve(data / "edge" / "migrated_main_0001.aiida")
    types = set(ok(served, "/nodes").column("type"))
    assert "data.array.kpoints.KpointsData." in types
    assert ok(served, "/kpoints").total == 1


def test_an_object_by_uuid_and_by_its_beginning(on_each):
    whole = ok(on_each, "/nodes/cda14b00-82b5-443f-b152-62a831206992")
    begun = ok(on_each, "/nodes/cda14b00-82")
    assert whole.data == begun.data
    assert whole.json["pk"] == whole.rows()[0]["id"]


def test_an_ambiguous_beginning_is_an_error(on_each):
    assert get(on_each, "/nodes/1").status == 400


def test_example_user_by_pk(on_lab):
    answer = ok(on_lab, "/users/2")
    assert answer.column("last_name") == ["Khan"]
    assert answer.json["pk"] == 2


def test_an_object_is_found_in_the_views_of_its_type_only(on_each):
    for view in ("nodes", "data", "structures"):
        assert ok(on_each, f"/{view}/cda14b00").total == 1
    for view in ("kpoints", "processes", "codes"):
        assert get(on_each, f"/{view}/cda14b00").status == 404


# Special keys


@pytest.mark.parametrize("path", ["/c=+id", "/computers=+name", "/computers/orderby=-uuid"])
def test_misprinted_examples_stay_errors(on_archive, path):
    assert get(on_archive, path).status == 404


@pytest.mark.parametrize(
    ("query", "column"),
    [("orderby=+id", "id"), ("orderby=+name", "name"), ("orderby=-uuid", "uuid")],
)
def test_what_the_misprinted_examples_mean(on_each, query, column):
    values = ok(on_each, f"/computers?{query}").column(column)
    assert values == sorted(values, reverse="-" in query)


def test_orders(on_each):
    types = ok(on_each, "/nodes?orderby=type").column("type")
    assert types == sorted(types)
    states = ok(on_each, "/nodes?orderby=-state").column("state")
    assert states[:235] == [None] * 235
    assert states[235:] == sorted(states[235:], reverse=True)


@pytest.mark.parametrize("key", ["attributes=true", 'full_type="a|b"', "attributes_filter=a"])
def test_newer_special_keys_are_not_known(on_archive, key):
    answer = get(on_archive, f"/nodes?{key}")
    assert answer.status == 400
    assert "Unknown key" in answer.json["message"]


# Filters


@pytest.mark.parametrize(
    "query",
    ["ctime>2016-04-23T05:45+03:45", "mtime>=2016-04-23", "ctime!=2016-04-23"],
)
def test_examples_of_datetimes_before_the_store(on_each, query):
    assert ok(on_each, f"/nodes?{query}").total == 312


def test_example_ctime_before(on_each):
    assert ok(on_each, "/nodes?ctime<2016-04-23T05:45").total == 0


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ('name=like="A%"', ["Alpha"]),
        ('name=like="a%"', []),
        ('name=ilike="a%"', ["Alpha"]),
        ('name="Alpha"', ["Alpha"]),
        ('name=ilike="%ALPH_"', ["Alpha"]),
        ('description=like="100\\%%"', None),
        ('hostname="alpha.aiida.net"', ["Alpha"]),
    ],
)
def test_patterns(on_each, query, names):
    found = ok(on_each, f"/computers?{query}")
    if names is None:
        assert found.total == 1
        assert "100%" in found.rows()[0]["description"]
    else:
        assert found.column("name") == names


def test_example_uuid_pattern(on_each):
    found = ok(on_each, '/nodes?uuid=like="cda14b%"')
    assert found.column("label") == ["bcc Fe"]


def test_example_id_in_a_list(on_lab):
    assert ok(on_lab, "/nodes?id=in=45,56,78").column("id") == [45, 56, 78]


def test_example_scheduler_type_in_a_list_and_state_of_computers(on_each):
    found = ok(on_each, '/computers/?scheduler_type=in="slurm","pbspro"')
    assert found.total == 5
    answer = get(on_each, '/computers/?scheduler_type=in="slurm","pbs"&state="FINISHED"')
    assert answer.status == 400
    assert "`state`" in answer.json["message"]


def test_example_id_larger(on_lab):
    found = ok(on_lab, "/nodes?id>78")
    assert found.total == 312 - 78
    assert min(found.column("id")) == 79


@pytest.mark.parametrize("key", ["last_login", "is_active", "date_joined"])
def test_keys_without_data_are_named(on_each, key):
    answer = get(on_each, f"/users/?{key}>2014-04-07")
    assert answer.status == 400
    assert f"`{key}`" in answer.json["message"]


def test_example_last_name_up_to_m(on_each):
    names = ok(on_each, '/users/?last_name<="m"').column("last_name")
    assert sorted(names) == sorted(["Lovelace", "Khan", "Daemon", "du Châtelet"])


def test_example_first_name_whatever_its_case(on_each):
    found = ok(on_each, '/users/?first_name=ilike="aii%"')
    assert found.column("first_name") == ["AiiDA"]
    assert found.json["query_string"] == 'first_name=ilike="aii%"'


def test_example_types(on_each):
    assert ok(on_each, '/nodes?type="data.Data."').total == 0
    assert ok(on_each, '/nodes?type="data.remote.RemoteData."').total == 24
    assert ok(on_each, '/nodes?type="data.core.remote.RemoteData."').total == 24
    assert ok(on_each, '/nodes?type!="data.remote.RemoteData."').total == 312 - 24


@pytest.mark.parametrize(
    ("old", "count"),
    [
        ("data.parameter.ParameterData.", 3),
        ("data.base.Int.", 101),
        ("data.base.Float.", 29),
        ("data.base.Str.", 1),
        ("data.base.Bool.", 2),
        ("data.base.List.", 1),
        ("code.Code.", 4),
        ("calculation.job.simpleplugins.templatereplace.TemplatereplacerCalculation.", 23),
        ("calculation.inline.InlineCalculation.", 37),
        ("calculation.function.FunctionCalculation.", 5),
        ("calculation.work.WorkCalculation.", 12),
    ],
)
def test_names_of_before_aiida_1_find_what_they_are_called_today(on_each, old, count):
    assert ok(on_each, f'/nodes?type="{old}"').total == count
    assert ok(on_each, f'/nodes?type!="{old}"').total == 312 - count
    assert ok(on_each, f'/nodes?type=in="{old}"').total == count
    assert ok(on_each, f'/nodes?type=notin="{old}"').total == 312 - count


def test_states_are_those_of_processes_in_capitals(on_each):
    finished = ok(on_each, '/processes?state="FINISHED"')
    assert finished.total == 76
    assert ok(on_each, '/nodes?state="EXCEPTED"').total == 1
    assert ok(on_each, '/nodes?state=ilike="fin%"').total == 76
    assert ok(on_each, '/nodes?state!="FINISHED"').total == 1
    assert set(ok(on_each, "/data").column("state")) == {None}


def test_types_of_groups_are_the_old_ones(on_each):
    groups = {row["name"]: row for row in ok(on_each, "/groups").rows()}
    assert groups["GBRV_1.2"]["type"] == "data.upf.family"
    assert groups["processes"]["type"] == ""
    assert ok(on_each, '/groups?type="data.upf.family"').total == 1
    assert ok(on_each, '/groups?type="core.upf"').total == 1
    assert ok(on_each, '/groups?type="autogroup.run"').total == 1
    assert ok(on_each, '/groups?type!="data.upf.family"').total == 4
    assert ok(on_each, '/groups?name="processes"').total == 1


def test_booleans(on_each):
    assert ok(on_each, "/computers?enabled=true").total == 7
    assert ok(on_each, "/computers?enabled=false").total == 0
    assert ok(on_each, "/computers?enabled!=true").total == 0
    for query in ('enabled="true"', "enabled>true", "enabled=1"):
        assert get(on_each, f"/computers?{query}").status == 400
    assert get(on_each, "/computers?transport_params=1").status == 400


# The examples with their responses


def test_computers_example_1(on_lab):
    answer = ok(on_lab, "/computers?limit=3&offset=2&orderby=id")
    assert answer.column("name") == ["Beta", "Gamma", "test1"]
    for row in answer.rows():
        assert row["enabled"] is True
        assert row["transport_params"] == "{}"
        assert set(row) == {
            *("description", "enabled", "hostname", "id", "name", "scheduler_type"),
            *("transport_params", "transport_type", "uuid"),
        }
    expected = {
        "method": "GET",
        "path": "/api/v2/computers",
        "pk": None,
        "query_string": "limit=3&offset=2&orderby=id",
        "resource_type": "computers",
        "url": f"{on_lab.root}/api/v2/computers?limit=3&offset=2&orderby=id",
        "url_root": f"{on_lab.root}/",
    }
    assert {key: value for key, value in answer.json.items() if key != "data"} == expected


def test_computers_example_2(on_lab):
    answer = ok(on_lab, "/computers/a5323")
    assert answer.rows()[0]["name"] == "Alpha"
    assert answer.rows()[0]["transport_type"] == "ssh"
    assert answer.json["pk"] == 2
    assert answer.json["path"] == "/api/v2/computers/a5323"


def test_nodes_example_1(on_lab):
    answer = ok(on_lab, "/nodes?limit=2&offset=8&orderby=-id")
    assert answer.column("id") == [304, 303]
    assert answer.total == 312


def test_nodes_example_2(on_lab):
    (row,) = ok(on_lab, "/nodes/cda14b00").rows()
    assert row == {
        "ctime": "Fri, 20 Nov 2026 11:51:08 GMT",
        "id": 5,
        "label": "bcc Fe",
        "mtime": "Fri, 20 Nov 2026 11:51:08 GMT",
        "state": None,
        "type": "data.structure.StructureData.",
        "uuid": "cda14b00-82b5-443f-b152-62a831206992",
    }


def test_users_example_1(on_lab):
    rows = ok(on_lab, "/users/").rows()
    assert rows[2] == {
        "date_joined": None,
        "first_name": "AiiDA",
        "id": 3,
        "institution": "",
        "last_name": "Daemon",
    }


def test_groups_example_1(on_lab):
    answer = ok(on_lab, "/groups/?limit=10&orderby=-user_id")
    users = answer.column("user_id")
    assert users == sorted(users, reverse=True)
    assert set(answer.rows()[0]) == {"description", "id", "name", "type", "user_id", "uuid"}


def test_groups_example_2(on_lab):
    answer = ok(on_lab, "/groups/d87f3")
    assert answer.rows()[0]["name"] == "GBRV_1.2"
    assert answer.rows()[0]["description"] == "GBRV US pseudos, version 1.2"
    assert answer.json["pk"] == 4


def test_totals_are_in_the_header_of_the_document(on_archive):
    answer = ok(on_archive, "/nodes?limit=1")
    assert answer.headers["x-total-counts"] == "312"
    assert answer.headers["x-total-count"] == "312"


def test_the_server_says_which_dialect_it_speaks(on_archive):
    found = ok(on_archive, "/server").data
    assert found["API_major_version"] == "2"
    assert found["API_prefix"] == "/api/v2"
    assert found["AiiDA_version"] == "2.9.4"


# Links and contents of one node


def uuid_of(served, query):
    return ok(served, f"/nodes?{query}").column("uuid")[0]


@pytest.mark.parametrize("form", ["inputs", "input"])
def test_nodes_example_3_and_4_inputs(form, on_each):
    answer = ok(on_each, f"/nodes/78ccdb4c/io/{form}?limit=2")
    assert list(answer.data) == ["inputs"]
    assert len(answer.rows()) == 2
    assert all(set(row) == NODE_FIELDS for row in answer.rows())
    assert answer.json["pk"] == ok(on_each, "/nodes/78ccdb4c").rows()[0]["id"]
    found = ok(on_each, f'/nodes/78ccdb4c/io/{form}?type="data.int.Int."').rows()
    assert {row["type"] for row in found} == {"data.int.Int."}


@pytest.mark.parametrize("form", ["outputs", "output"])
def test_nodes_example_4_outputs_by_type(form, on_each):
    for written in ("data.remote.RemoteData.", "data.core.remote.RemoteData."):
        answer = ok(on_each, f'/nodes/78ccdb4c/io/{form}?type="{written}"')
        assert [row["type"] for row in answer.data["outputs"]] == ["data.remote.RemoteData."]
    answer = ok(on_each, f'/nodes/78ccdb4c/io/{form}/?type="data.folder.FolderData."')
    assert answer.total == 1


def test_links_of_a_node_have_pages(on_each):
    answer = ok(on_each, "/structures/cda14b00/io/outputs/page/2?perpage=4")
    assert len(answer.rows()) == 2
    assert answer.total == 6
    assert "/io/outputs/page/1?perpage=4>" in answer.headers["link"]


def test_calculations_have_the_same_links(on_each):
    calculation = ok(on_each, "/calculations/78ccdb4c/io/inputs").rows()
    assert calculation == ok(on_each, "/nodes/78ccdb4c/io/inputs").rows()
    assert get(on_each, "/data/78ccdb4c/io/inputs").status == 404


def test_trees(on_each):
    node = ok(on_each, "/structures/cda14b00/io/tree?tree_out_limit=2").data["nodes"][0]
    assert len(node["outgoing"]) == 2
    assert node["description"] == "Fe"


CODE = "607c50a6"


def test_nodes_example_5_attributes_and_extras(on_each):
    answer = ok(on_each, f"/nodes/{CODE}/content/attributes")
    assert {"append_text", "prepend_text", "input_plugin"} <= set(answer.data["attributes"])
    answer = ok(on_each, "/nodes/78ccdb4c/content/extras")
    extras = answer.data["extras"]
    assert {key: extras[key] for key in ("trialBool", "trialFloat", "trialInt", "trialStr")} == {
        "trialBool": True,
        "trialFloat": 2.5,
        "trialInt": 5,
        "trialStr": "trial 5",
    }


def test_nodes_example_6_named_attributes_and_extras(on_each):
    answer = ok(on_each, f"/codes/{CODE}/content/attributes?alist=append_text,prepend_text")
    assert answer.data == {"attributes": {"append_text": "", "prepend_text": ""}}
    assert answer.json["resource_type"] == "codes"
    answer = ok(on_each, "/calculations/78ccdb4c/content/extras?elist=trialBool,trialInt")
    assert answer.data == {"extras": {"trialBool": True, "trialInt": 5}}


def test_nodes_example_7_all_attributes_and_extras_but_some(on_each):
    everything = ok(on_each, f"/codes/{CODE}/content/attributes").data["attributes"]
    answer = ok(on_each, f"/codes/{CODE}/content/attributes?nalist=append_text,prepend_text")
    left = {k: v for k, v in everything.items() if k not in ("append_text", "prepend_text")}
    assert answer.data == {"attributes": left}
    everything = ok(on_each, "/nodes/78ccdb4c/content/extras").data["extras"]
    answer = ok(on_each, "/nodes/78ccdb4c/content/extras?nelist=trialBool,trialInt")
    left = {k: v for k, v in everything.items() if k not in ("trialBool", "trialInt")}
    assert answer.data == {"extras": left}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (f"/codes/{CODE}/content/attributes?alist=a&nalist=b", "`alist` and `nalist` exclude"),
        (f"/codes/{CODE}/content/extras?elist=a&nelist=b", "`elist` and `nelist` exclude"),
        (f"/codes/{CODE}/content/attributes?elist=a", "`elist` requires that the path contains"),
        ("/nodes?alist=a", "`alist` requires that the path contains /content/attributes."),
        (f"/codes/{CODE}?nelist=a", "`nelist` requires that the path contains /content/extras."),
    ],
)
def test_names_belong_to_contents(path, message, on_archive):
    answer = get(on_archive, path)
    assert answer.status == 400
    assert answer.json["message"].startswith(message)


def test_visualization_and_download(on_each):
    answer = ok(on_each, "/structures/cda14b00/content/visualization")
    assert answer.data["visualization"]["formula"] == "Fe2"
    for key in ("format", "download_format"):
        answer = ok(on_each, f"/structures/cda14b00/content/download?{key}=xyz")
        assert answer.body.startswith(b"2\nLattice=")


def test_example_statistics(on_each):
    assert ok(on_each, "/nodes/statistics").data["total"] == 312
    structures = ok(on_each, "/structures/statistics").data
    assert structures["total"] == 34
    assert structures["types"] == {"data.core.structure.StructureData.": 34}
    assert ok(on_each, "/upfs/statistics").data["total"] == 0


@pytest.mark.parametrize(
    "resource",
    [
        *("nodes", "processes", "calculations", "calcjobs", "data", "codes", "bands", "kpoints"),
        *("cifs", "structures", "upfs", "computers", "groups", "users"),
    ],
)
def test_the_schema_describes_the_rows(on_archive, on_materials, resource):
    schema = on_archive.get(f"/api/v2/{resource}/schema").data
    rows = [
        row
        for served in (on_archive, on_materials)
        for row in served.get(f"/api/v2/{resource}?limit=1").data[resource]
    ]
    assert rows
    for row in rows:
        assert list(row) == schema["ordering"] == list(schema["fields"])
    for field in schema["fields"].values():
        assert {"display_name", "help_text", "type", "is_display", "is_foreign_key"} <= set(field)


@pytest.mark.parametrize("resource", ["computers", "groups", "users"])
def test_statistics_of_other_resources_count_their_rows(on_each, resource):
    found = on_each.get(f"/api/v2/{resource}/statistics")
    total = on_each.get(f"/api/v2/{resource}?limit=1").total
    assert found.status == 200
    assert found.data["total"] == total > 1
    assert sum(found.data.get("types", {"": total}).values()) == total
    assert ("types" in found.data) == (resource != "users")


def test_statistics_of_groups_are_by_the_types_that_rows_show(on_each):
    rows = on_each.get("/api/v2/groups").data["groups"]
    assert rows
    shown = on_each.get("/api/v2/groups/statistics").data["types"]
    assert shown == {kind: sum(row["type"] == kind for row in rows) for kind in shown}
    mine = on_each.get(f"/api/v2/groups/statistics?user={rows[0]['user_id']}").data["total"]
    assert mine == sum(row["user_id"] == rows[0]["user_id"] for row in rows)


@pytest.mark.parametrize("query", ["foo=1", "id=1", "user>1", 'user="a"'])
def test_statistics_take_one_filter(on_archive, query):
    for resource in ("nodes", "groups", "computers", "users"):
        assert on_archive.get(f"/api/v2/{resource}/statistics?{query}").status == 400
