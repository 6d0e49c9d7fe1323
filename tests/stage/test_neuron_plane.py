"""A neuron's plane: strips have the colour of their answer, and leave nothing uncovered."""

import numpy as np
import pytest

from mlanim.stage.colors.colormap import signed_palette
from mlanim.stage.layout import Box
from mlanim.stage.pictures.neuron.plane import FULL, NeuronPlane, Strips

EDGES = np.linspace(-4, 4, 33)


def colour_at(strips, point):
    """The colour of the last face painted over a point (2,), or None."""
    quads = strips.mesh.points[strips.mesh.faces, :2]
    along = np.roll(quads, -1, axis=1) - quads
    to = np.asarray(point) - quads
    cross = along[..., 0] * to[..., 1] - along[..., 1] * to[..., 0]
    has_area = np.ptp(quads, axis=1).min(axis=1) > 1e-6
    over = np.flatnonzero(has_area & ((cross >= 0).all(axis=1) | (cross <= 0).all(axis=1)))
    return strips.mesh.rgbas[over[-1], :3] if len(over) else None


@pytest.mark.parametrize("width", [4.0, 6.0])
@pytest.mark.parametrize("w", [(1.2, 0.9), (0.0, 2.0), (0.0, -1.0), (-1.5, 0.0), (-0.3, 0.5)])
def test_each_place_has_the_colour_of_its_own_answer(w, width):
    w, b = np.array(w), -0.4
    shades = (EDGES[1:] + EDGES[:-1]) / 8
    plane = NeuronPlane({"w": w, "b": b}, EDGES, shades, 2.5).placed(Box(0, -2, width, 2))
    (strips,) = (mark for mark in plane.marks if isinstance(mark, Strips))
    area = plane.frame.area
    rng = np.random.default_rng(0)
    for share in rng.uniform(0.01, 0.99, (60, 2)):
        point = np.array([area.left, area.bottom]) + share * area.size
        z = plane.frame.at(point) @ w + b
        strip = int(np.clip(np.searchsorted(EDGES, z) - 1, 0, 31))
        wanted = signed_palette(FULL)(shades[strip : strip + 1])[0]
        np.testing.assert_allclose(colour_at(strips, point), wanted, atol=1e-6)
