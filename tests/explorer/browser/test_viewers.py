"""Pictures of data: each is drawn, which its pixels prove, and none needs `eval`."""

from __future__ import annotations

import pytest

from support.visits import colours
from support.waiting import wait_until

# The type of a node, and the part of its page that holds the picture.
VIEWERS = {
    "data.core.structure.StructureData.": ".scene canvas",
    "data.core.array.trajectory.TrajectoryData.": ".scene canvas",
    "data.core.array.bands.BandsData.": ".plot canvas",
    "data.core.array.kpoints.KpointsData.": ".zone",
    "data.core.array.xy.XyData.": ".plot canvas",
    "data.core.array.ArrayData.": ".array",
    "data.core.upf.UpfData.": ".plot canvas",
    "data.core.dict.Dict.": ".facts",
}


def uuids(served, node_type):
    answer = served.get(f'/api/v4/nodes?node_type="{node_type}"&limit=20&orderby=id')
    return answer.column("uuid")


@pytest.mark.parametrize("node_type", VIEWERS)
def test_a_picture_is_drawn(visiting, on_demo, node_type):
    uuid = uuids(on_demo, node_type)[0]
    visit = visiting(on_demo, f"/browse/nodes/{uuid}")
    visit.page.wait_for_selector(VIEWERS[node_type])
    visit.page.wait_for_timeout(500)
    assert colours(visit.picture(VIEWERS[node_type])) > 3


@pytest.mark.parametrize("node_type", VIEWERS)
@pytest.mark.parametrize("store", ["on_demo", "on_materials"])
def test_every_node_with_a_picture_opens(request, visiting, store, node_type):
    served = request.getfixturevalue(store)
    found = uuids(served, node_type)[:6]
    visit = visiting(served, "/browse/nodes")
    titles = []
    for uuid in found:
        visit.open(f"/browse/nodes/{uuid}")
        titles.append(visit.page.locator("h1").count())
    assert titles == [1] * len(found)
    assert found or store == "on_materials"


def test_a_supercell_has_more_atoms(visiting, on_demo):
    uuid = uuids(on_demo, "data.core.structure.StructureData.")[0]
    visit = visiting(on_demo, f"/browse/nodes/{uuid}")
    visit.page.wait_for_selector(".scene canvas")
    visit.page.wait_for_timeout(500)
    before = visit.picture(".scene")
    visit.page.get_by_label("cells along a").select_option("3")
    visit.page.wait_for_timeout(500)
    assert visit.picture(".scene").tobytes() != before.tobytes()


def test_a_trajectory_moves(visiting, on_demo):
    uuid = uuids(on_demo, "data.core.array.trajectory.TrajectoryData.")[0]
    visit = visiting(on_demo, f"/browse/nodes/{uuid}")
    visit.page.wait_for_selector(".scene canvas")
    visit.page.wait_for_timeout(500)
    before = visit.picture(".scene")
    slider = visit.page.get_by_role("slider", name="step")
    slider.focus()
    slider.press("ArrowRight")
    visit.page.wait_for_timeout(500)
    assert "2 of " in visit.page.locator("main").inner_text()
    assert visit.picture(".scene").tobytes() != before.tobytes()


def test_a_zone_is_turned_by_keys(visiting, on_demo):
    uuid = uuids(on_demo, "data.core.array.kpoints.KpointsData.")[0]
    visit = visiting(on_demo, f"/browse/nodes/{uuid}")
    face = visit.page.locator(".zone polygon").first
    before = face.get_attribute("points")
    visit.page.locator(".zone").focus()
    visit.page.keyboard.press("ArrowRight")
    assert wait_until(lambda: face.get_attribute("points") != before)
