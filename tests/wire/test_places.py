"""What computes for long holds an expensive place, on each route; what is cached needs none."""

from __future__ import annotations

import pytest

from provender.settings import Limits

BANDS = "/api/v4/nodes/{}/contents/derived_properties"


@pytest.fixture(scope="module")
def served(serve, data):
    """A server with one expensive place, for which nobody waits."""
    return serve(data / "lab.aiida", limits=Limits(expensive=1, expensive_waiting=0))


def structure(served):
    """Return the path of the derived properties of a structure."""
    found = served.get('/api/v4/nodes?node_type="data.core.structure.StructureData."&limit=1')
    return BANDS.format(found.column("uuid")[0])


@pytest.mark.parametrize("route", ["full_types", "full_types_count", "statistics", "derived"])
def test_what_computes_for_long_waits_for_a_place_also_without_a_statement(route, served):
    path = structure(served) if route == "derived" else f"/api/v4/nodes/{route}"
    whole = served.get(path)  # now the numbers are cached
    with served.app.extensions["provender"].stores.places.expensive():
        again, other = served.get(path), served.get(f"{path}?_=1")
    assert (whole.status, again.status, again.body) == (200, 200, whole.body)
    assert (other.status, other.json["code"]) == (503, "store-busy")
    assert served.get(f"{path}?_=1").data == whole.data
