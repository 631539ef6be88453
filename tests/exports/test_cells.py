from __future__ import annotations

from math import pi

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from provender.exports import cells

CUBE = ((2.0, 0.0, 0.0), (0.0, 2.0, 0.0), (0.0, 0.0, 2.0))
FLAT = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (1.0, 1.0, 0.0))
VECTORS = st.tuples(*[st.floats(-10, 10)] * 3)


def test_a_cube():
    assert cells.determinant(CUBE) == 8.0
    assert cells.reciprocal(CUBE) == ((pi, 0.0, 0.0), (0.0, pi, 0.0), (0.0, 0.0, pi))
    assert cells.transformed((0.5, 1.0, -0.5), CUBE) == (1.0, 2.0, -1.0)


def test_vectors_in_a_plane_have_no_reciprocal_cell():
    assert cells.determinant(FLAT) == 0.0
    assert cells.reciprocal(FLAT) is None


@given(VECTORS, VECTORS)
def test_the_vector_product_is_at_right_angles(left, right):
    product = cells.cross(left, right)
    assert cells.dot(product, left) == pytest.approx(0, abs=1e-9)
    assert cells.norm(product) <= cells.norm(left) * cells.norm(right) + 1e-9
    assert cells.added(product, cells.scaled(product, -1)) == (0, 0, 0)


@given(VECTORS, st.tuples(VECTORS, VECTORS, VECTORS))
def test_the_reciprocal_cell_is_the_way_back(coefficients, cell):
    assume(abs(cells.determinant(cell)) > 1)
    point = cells.transformed(coefficients, cell)
    found = [cells.dot(point, row) / (2 * pi) for row in cells.reciprocal(cell)]
    assert found == pytest.approx(coefficients, abs=1e-6)
