"""The plane cut into regions, as it is drawn and as its polygons are handed on."""

from types import SimpleNamespace

import numpy as np
import pytest

from mlanim.core.folding.linear_regions import linear_regions_lesson
from mlanim.stage.layout import Box
from mlanim.stage.pictures.folding.regions import RegionsPlane, regions_table


@pytest.fixture(scope="module")
def found():
    return linear_regions_lesson(3, (5, 4), 1)


def corners_of(text):
    """The corners (k + 1, 2) of a polygon in WKT."""
    inside = text.removeprefix("POLYGON ((").removesuffix("))")
    return np.array([[float(number) for number in pair.split()] for pair in inside.split(", ")])


def test_each_row_is_a_closed_polygon_of_its_area_with_its_map(found):
    columns = regions_table(found).columns
    for row, text in enumerate(columns["polygon"]):
        x, y = corners_of(text).T
        assert (x[0], y[0]) == (x[-1], y[-1])
        area = (x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2
        assert area == pytest.approx(columns["area"][row], rel=1e-6, abs=1e-15)
        assert len(x) == columns["corners"][row] + 1
        middle = x[:-1].mean(), y[:-1].mean()
        scores = [
            columns[f"output {k}: u"][row] * middle[0] + columns[f"output {k}: v"][row] * middle[1]
            + columns[f"output {k}: 1"][row] for k in range(3)
        ]  # fmt: skip
        assert columns["class"][row] == str(int(np.argmax(scores)))
    assert sum(columns["area"]) == pytest.approx(sum(found.areas))


def test_parts_of_one_region_have_one_pattern(found):
    columns = regions_table(found).columns
    assert len({*zip(columns["region"], columns["pattern"], strict=True)}) == found.counts[-1]


def test_a_cell_takes_a_mixture_of_both_colourings(found):
    planes = []
    for decided in (0.0, 0.5, 1.0):
        x, y = found.extent[:2], found.extent[2:]
        middles = found.polygons.mean(axis=1)
        plane = RegionsPlane(found.polygons, x, y, middles, 0 * found.areas, found.classes, decided)
        planes.append(plane.placed(Box(-3, -2, 3, 2)).cells.mesh.rgbas)
    np.testing.assert_allclose(planes[1], (planes[0] + planes[2]) / 2, atol=1e-12)
    kinds = np.unique(planes[2].round(9), axis=0)
    assert len(kinds) == len(np.unique(found.classes))


def test_a_name_stands_in_a_cell_of_its_class(found):
    found = SimpleNamespace(**vars(found))
    x, y = found.extent[:2], found.extent[2:]
    plane = RegionsPlane(found.polygons, x, y, found.polygons[:, 0], 0 * found.areas, found.classes,
                         1.0)  # fmt: skip
    for number in np.unique(found.classes):
        place = np.asarray(plane.class_name(int(number), "a", found.boundary).values[0])
        ends = np.roll(found.polygons, -1, axis=1) - found.polygons
        away = place - found.polygons
        cross = ends[..., 0] * away[..., 1] - ends[..., 1] * away[..., 0]
        inside = (cross >= -1e-12).all(axis=1)
        assert number in found.classes[inside]
