import numpy as np
import pytest

from mlanim.stage.layout import Box
from mlanim.stage.plots.chart import Chart

X, Y = np.linspace(-2, 2, 41), np.linspace(-1, 1, 31)
VALUES = X[None] ** 2 + Y[:, None] ** 2


def composed(x=(-2, 2), y=(-1, 1), numbered=()):
    chart = Chart(x, y, ticks=0)
    mark = chart.contours(X, Y, VALUES, [0.25, 1.0, 2.0], numbered=numbered)
    chart.compose(Box(-4, -2, 4, 2))
    return chart, mark


def test_a_band_holds_the_places_whose_values_lie_between_its_levels():
    chart, mark = composed()
    inner = mark.bands[0].points
    radius = np.linalg.norm(np.array([chart.frame.at(point) for point in inner]), axis=1)
    np.testing.assert_allclose(radius, 0.5, atol=0.01)
    assert len(mark.bands) == 4


@pytest.mark.parametrize(("x", "y"), [((-2, 2), (-1, 1)), ((0.1, 1.1), (-0.2, 0.9))])
def test_the_bands_cover_the_area_once_and_nothing_beyond_it(x, y):
    chart, mark = composed(x, y)
    area = chart.frame.area
    for band in mark.bands:
        if len(band.points):
            assert band.points[:, 0].min() >= area.left - 1e-6
            assert band.points[:, 1].max() <= area.top + 1e-6
    signed = sum(signed_area(band) for band in mark.bands)
    assert signed == pytest.approx(area.width * area.height, rel=1e-6)


def signed_area(band):
    """Outlines less holes, which run the other way round."""
    starts, ends = band.points[::4], band.points[3::4]
    return abs((starts[:, 0] * ends[:, 1] - ends[:, 0] * starts[:, 1]).sum() / 2)


def test_numbers_stand_on_the_lines_of_their_levels():
    chart, mark = composed(numbered=[0.1 + 0.2, 0.25, 1.0])
    assert mark.numbers.texts == ["0.25", "1"]
    for text, place in zip(mark.numbers.texts, mark.numbers.places, strict=True):
        assert (chart.frame.at(place) ** 2).sum() == pytest.approx(float(text), abs=0.02)


def test_a_grid_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"\(31, 41\)"):
        Chart().contours(X, Y, VALUES.T, [1.0])
