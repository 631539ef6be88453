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


SELECT = "/api/v4/nodes/select?orderby=-ctime&want="


def test_a_small_template_is_filled_in_while_the_places_are_taken(served):
    want = '{"uuid":"*","user":{"id":"*"},"attributes":{"process_state":"*"}}'
    with served.app.extensions["provender"].stores.places.expensive():
        found = served.get(f"{SELECT}{want}&limit=50")
    assert (found.status, len(found.data["rows"])) == (200, 50)


def test_a_template_of_many_rows_waits_for_a_place(served):
    below = '{"incoming":{"*":{"outgoing":{"*":"*"}}},"outgoing":{"*":{"incoming":{"*":"*"}}}}'
    path = f"{SELECT}{below}&limit=190"
    assert served.get(path).status == 200
    with served.app.extensions["provender"].stores.places.expensive():
        busy = served.get(f"{path}&_=1")
    assert (busy.status, busy.json["code"]) == (503, "store-busy")
