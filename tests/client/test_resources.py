"""Resources are attributes of a client, and their methods ask for what their names say."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from provender import configuration, create_app
from provender.client import BadQuery, Client, NotFound
from provender.client.rows.records import Node
from provender.settings import Settings
from support.server import serving

ARRAY = "data.core.array.ArrayData."
FAILED = {"$or": [{"attributes.exit_status": {"$gt": 0}}, {"label": "no such label"}]}


@pytest.fixture
def array(client):
    return client.nodes.list(node_type=ARRAY).first()


def test_an_integer_is_a_pk_everywhere(client):
    for resource in (client.nodes, client.processes, client.computers, client.groups, client.users):
        first = resource.list(orderby="id").first()
        assert resource.get(first.id) == resource.get(first)
    with pytest.raises(NotFound, match="999999"):
        client.nodes.get(999999)


def test_several_values_of_a_column_are_any_of_them(client):
    numbers = [client.nodes.list(label=label).count() for label in ("bcc Fe", "add", "nobody's")]
    assert client.nodes.list(label=["bcc Fe", "add", "nobody's"]).count() == sum(numbers) > 0
    assert client.nodes.search(label=["bcc Fe", "add"]).count() == sum(numbers)


def test_options_and_conditions_hold_together(client):
    both = client.nodes.list(FAILED, group="processes")
    assert both.count() == client.nodes.list({"$and": [FAILED, {"group": "processes"}]}).count() > 0
    text = client.nodes.list("attributes.exit_status>0", group="processes")
    assert text.count() == both.count()
    with pytest.raises(BadQuery):
        client.nodes.list("attributes.exit_status>0", **{"label.startswith": "x"}).first()


def test_options_of_files_and_downloads_are_conditions_too(client, tmp_path):
    chosen = {row.uuid for row in client.files.find(FAILED, group="processes")}
    assert chosen
    assert chosen <= {node.uuid for node in client.nodes.list(FAILED, group="processes")}
    client.download(FAILED, tmp_path / "set.csv", group="processes", fields=["uuid"])
    lines = (tmp_path / "set.csv").read_text().split()
    assert len(lines) == client.nodes.list(FAILED, group="processes").count() + 1
    client.download(None, tmp_path / "more.csv", id=[3, 4, 5], fields=["uuid"])
    assert len((tmp_path / "more.csv").read_text().split()) == 4


def test_an_order_may_be_a_path_into_json(client):
    rows = client.processes.list(
        {"attributes.exit_status.exists": True},
        orderby="-attributes.exit_status",
        include="summary",
    )
    statuses = [row.exit_status for row in rows]
    assert statuses == sorted(statuses, reverse=True)
    assert statuses[0] > 0


def test_facets_are_counted_of_any_selection(client):
    facets = client.nodes.facets(facet=["node_type", "ctime:month"], stats="attributes.exit_status")
    assert set(facets.facets) == {"node_type", "ctime:month"}
    assert sum(bucket.count for bucket in facets.facets["ctime:month"].buckets) == 463
    posted = client.nodes.facets(FAILED, "attributes.exit_status")
    counted = {row.value: row.count for row in posted.facets["attributes.exit_status"].buckets}
    assert sum(counted.values()) == client.nodes.list(FAILED).count()
    assert 0 not in counted


def test_values_are_read_page_by_page(client):
    whole = list(client.nodes.values("node_type"))
    assert list(client.nodes.values("node_type", size=2)) == whole
    assert sum(row.count for row in whole) == 463


def test_suggestions_and_keys(client):
    (found,) = client.nodes.suggest("node_type", "struct").suggest
    assert found.value == "data.core.structure.StructureData."
    fields = {row.field for row in client.nodes.suggest(["label", "group"], "a").suggest}
    assert fields == {"label", "group"}
    keys = client.nodes.keys("attributes", node_type=found.value)
    assert {"cell", "kinds"} <= {key.name for key in keys["keys"]}


def test_contents_of_a_node(client):
    node = client.nodes.list(node_type="data.core.structure.StructureData.").first()
    assert set(client.nodes.attributes(node, "cell")) == {"cell"}
    assert client.nodes.attributes(node)["cell"] == client.nodes.attributes(node, "cell")["cell"]
    assert client.nodes.derived(node).formula
    assert client.nodes.record(node).uuid == node.uuid
    assert isinstance(client.nodes.download(node, "cif"), str)
    assert client.nodes.download(node, "chemdoodle")["m"]
    assert client.nodes.download(node, "xyz").splitlines()[0].isdigit()
    with pytest.raises(BadQuery, match="docx is not supported"):
        client.nodes.download(node, "docx")


def test_links_of_a_node(client):
    process = client.processes.list({"exit_status": 0}).first()
    neighbours = client.nodes.links(process)
    incoming, outgoing = client.nodes.incoming(process), client.nodes.outgoing(process)
    assert len(neighbours) == incoming.count() + outgoing.count() > 0
    inputs = [link.link_label for link in incoming if link.link_type.startswith("input")]
    assert set(inputs) == {row.label for row in process.inputs()}
    assert client.nodes.tree(process).nodes[0].uuid == process.uuid


def test_arrays_are_arrays_of_numpy(client, array):
    assert [one.name for one in client.nodes.arrays(array)] == ["clean", "dirty"]
    whole = client.nodes.array(array, "clean")
    assert whole.dtype == np.int64
    assert np.array_equal(whole, np.arange(12).reshape(3, 4))
    assert np.array_equal(client.nodes.array(array, "clean", "1:,::2"), whole[1:, ::2])
    assert np.array_equal(client.nodes.array(array, "clean", np.s_[..., -1]), whole[..., -1])
    assert np.array_equal(client.nodes.array(array, "clean", np.int64(2)), whole[2])
    assert set(client.nodes.array_file(array)) == {"clean", "dirty"}
    assert set(client.nodes.array_file(array, ["dirty"])) == {"dirty"}
    assert len(client.nodes.array_attributes(array).arrays) == 2
    with pytest.raises(BadQuery, match="no slice"):
        client.nodes.array(array, "clean", "x")
    with pytest.raises(BadQuery, match="no part"):
        client.nodes.array(array, "clean", [1, 2])


def test_groups_have_nodes_and_nodes_have_groups(client):
    group = client.groups.list(label="processes").first()
    assert client.groups.get(group, include="counts").counts.total == 28
    nodes = client.groups.nodes(group)
    assert nodes.count() == len(list(nodes)) == 28
    assert (
        client.groups.nodes(group, FAILED).count()
        == client.nodes.list(FAILED, group="processes").count()
    )
    assert group.uuid in [one.uuid for one in client.nodes.groups(nodes.first())]


def test_codes_and_computers(client):
    code = client.codes.list({"label": "add"}, computer="localhost").first()
    assert client.codes.jobs(code).count() == client.codes.get(code).jobs_count > 0
    computer = client.computers.list(label="localhost").first()
    assert client.computers.statistics(computer).jobs == 23


def test_metadata_is_asked_for_as_in_mongo(client):
    q = {"attributes.exit_status": {"$in": [300, 410]}, "$not": {"extras.none": {"$exists": True}}}
    rows = client.meta.list(q).take(10)
    assert {row.attributes["exit_status"] for row in rows} == {300, 410}
    assert client.meta.get(rows[0]).attributes == rows[0].attributes
    with pytest.raises(BadQuery, match=r"no operator `\$regex`"):
        client.meta.list({"label": {"$regex": "x"}})


def test_schemas_are_found_by_a_part_of_their_name(client):
    assert client.schemas.search("STRUCTURE")[0].documented
    schema = client.schemas.get("data.core.int.Int.")
    assert schema["properties"]["attributes"]["properties"]["value"]["type"] == "integer"
    with pytest.raises(NotFound):
        client.schemas.get("data.nobody.Knows.")


def test_views_are_lists_or_facets(data):
    given = {
        "ended": {"title": "Ended", "where": {"attributes.exit_status": {"gt": 0}}},
        "table": {"title": "T", "selection": "group=processes", "want": {"uuid": "*"}},
        "codes": {"title": "Codes", "facet": "attributes.exit_status"},
    }
    settings = Settings(views=configuration.read({"views": given}).views)
    app = create_app(store=data / "lab.aiida", settings=settings)
    with serving(app) as root, Client(root) as client:
        assert {view.name: view.answers for view in client.views.list()} == {
            "ended": "nodes",
            "table": "rows",
            "codes": "facets",
        }
        rows = client.views.rows("ended")
        assert rows.count() == len(list(rows)) > 0
        assert isinstance(rows.first(), Node)
        assert len(list(client.views.rows("table"))) == client.nodes.list(group="processes").count()
        assert client.views.facets("codes").facets
        with pytest.raises(NotFound, match="is no list"):
            client.views.rows("codes")
        with pytest.raises(NotFound, match="no view `x`"):
            client.views.rows("x")
    app.extensions["provender"].stores.close()


def test_the_server_tells_of_itself(client):
    assert client.server.info().store.profile == "demo"
    assert client.server.statistics().nodes == 463
    assert client.server.versions().API_prefix == "/api/v4"
    assert len(client.server.endpoints()) > 50
    assert client.server.description()["openapi"].startswith("3.1")


def test_a_query_of_aiida(client):
    query = {
        "path": [{"entity_type": "data.core.structure.StructureData.", "tag": "structure"}],
        "project": {"structure": ["uuid", "label"]},
        "limit": 2,
    }
    assert [set(row) for row in client.querybuilder(query)["structure"]] == [{"uuid", "label"}] * 2


def test_rows_can_be_copied(client):
    node, job = client.nodes.list().first(), client.jobs.list().first()
    for row in (node, job):
        assert pickle.loads(pickle.dumps(row)) == copy.deepcopy(row) == row  # noqa: S301 - our own
