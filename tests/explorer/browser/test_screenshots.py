"""Pictures of the main pages: what docs and the README show. `--screenshots FOLDER` keeps them."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.visits import colours

STRUCTURE = 'node_type="data.core.structure.StructureData."&label="silicon, diamond"'
BANDS = 'label="spin-polarised bands (model)"'
FAILED = 'node_type=like="process.workflow.workchain.%25"&attributes.exit_status>0'
WORKFLOW = 'node_type=like="process.workflow.workchain.%25"&attributes.exit_status=0'

# Name of the picture: what finds the node, if any, and the address.
SHOTS = {
    "home": (None, "/"),
    "nodes": (None, "/browse/nodes"),
    "processes": (None, "/browse/processes"),
    "structure": (STRUCTURE, "/browse/nodes/{}"),
    "bands": (BANDS, "/browse/nodes/{}"),
    "failed": (FAILED, "/browse/nodes/{}"),
    "graph": (WORKFLOW, "/browse/nodes/{}/graph"),
}


@pytest.mark.parametrize("name", SHOTS)
def test_a_picture_is_taken(request, visiting, on_demo, name):
    filters, address = SHOTS[name]
    if filters:
        address = address.format(on_demo.get(f"/api/v4/nodes?{filters}").column("uuid")[0])
    visit = visiting(on_demo, address, viewport={"width": 1280, "height": 800})
    visit.page.wait_for_timeout(800)
    image = visit.screen()
    assert colours(image) > 20
    if folder := request.config.getoption("--screenshots"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        image.quantize(128).save(Path(folder) / f"{name}.png", optimize=True)
