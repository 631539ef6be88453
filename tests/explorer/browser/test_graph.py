"""The provenance graph: what it shows is what the API says, and it grows by clicks and keys."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from support.waiting import wait_until

CODE = "data.core.code.installed.InstalledCode."


def node_of(served, filters):
    return served.get(f"/api/v4/nodes?{filters}&limit=1&orderby=id").rows()[0]


@pytest.fixture
def workflow(on_demo):
    return node_of(on_demo, 'node_type=like="process.workflow.workchain.%25"')["uuid"]


def drawn(visit):
    return visit.page.locator(".graph-node")


def test_neighbours_of_a_node_are_drawn(visiting, on_demo, workflow):
    links = on_demo.get(f"/api/v4/nodes/{workflow}?include=links").rows()[0]["links"]
    visit = visiting(on_demo, f"/browse/nodes/{workflow}/graph")
    boxes = {box.get_attribute("data-box") for box in drawn(visit).all()}
    near = {row["uuid"] for side in ("incoming", "outgoing") for row in links[side]}
    assert near | {workflow} <= boxes


def test_inputs_are_left_of_outputs(visiting, on_demo, workflow):
    links = on_demo.get(f"/api/v4/nodes/{workflow}?include=links").rows()[0]["links"]
    visit = visiting(on_demo, f"/browse/graph/{workflow}")

    def left(uuid):
        return visit.page.locator(f'[data-box="{uuid}"]').bounding_box()["x"]

    middle = left(workflow)
    assert max(left(row["uuid"]) for row in links["incoming"]) < middle
    assert min(left(row["uuid"]) for row in links["outgoing"]) > middle


def test_the_graph_grows_by_keys(visiting, on_demo, workflow):
    visit = visiting(on_demo, f"/browse/graph/{workflow}")
    before = drawn(visit).count()
    visit.page.locator(f'[data-box="{workflow}"]').focus()
    focused = "document.activeElement.getAttribute('data-box')"
    assert visit.page.evaluate(focused) == workflow
    visit.page.keyboard.press("ArrowLeft")
    near = visit.page.evaluate(focused)
    assert near not in {None, workflow}
    assert visit.page.locator(".graph-node.selected").get_attribute("data-box") == near
    visit.page.keyboard.press("e")
    visit.settle()
    visit.page.wait_for_timeout(300)
    assert drawn(visit).count() >= before


def test_a_hub_is_grouped(visiting, on_demo):
    code = node_of(on_demo, f'node_type="{CODE}"&label="add"')["uuid"]
    total = on_demo.get(f"/api/v4/nodes/{code}?include=link_counts").rows()[0]
    visit = visiting(on_demo, f"/browse/graph/{code}")
    assert total["link_counts"]["outgoing"] > drawn(visit).count() // 5
    bundle = visit.page.locator(".graph-bundle").first
    assert "more" in bundle.text_content()
    before = drawn(visit).count()
    bundle.focus()
    bundle.press("Enter")
    assert wait_until(lambda: drawn(visit).count() > before)


@pytest.mark.parametrize("form", ["SVG", "PNG"])
def test_a_graph_is_saved(visiting, on_demo, workflow, form):
    visit = visiting(on_demo, f"/browse/graph/{workflow}")
    with visit.page.expect_download() as got:
        visit.page.get_by_role("button", name=form, exact=True).click()
    content = got.value.path().read_bytes()
    if form == "PNG":
        assert Image.open(io.BytesIO(content)).size[0] > 100
    else:
        assert content.startswith(b"<svg")
        assert b"<text" in content
        assert b"var(" not in content


def test_an_unknown_node_is_an_error_that_can_be_read(visiting, on_demo):
    unknown = "00000000-0000-4000-8000-000000000000"
    visit = visiting(on_demo, f"/browse/graph/{unknown}", expected=("404",))
    assert visit.page.get_by_role("alert").count() == 1
