import numpy as np
import pytest

from mlanim.stage.layout import Box
from mlanim.stage.pictures.vectors.light_beam import LightBeam
from mlanim.stage.track import Track

BOX = Box(-5, -2, 5, 2)


def beam(angles, phase=0.0):
    """Filters at these angles, with a field along each axis behind it."""
    axes, fields = np.array(angles, dtype=float), [[0.0, 1.0]]
    for angle in axes:
        normal = np.array([np.sin(angle), np.cos(angle)])
        fields.append(normal * (normal @ fields[-1]))
    return LightBeam(axes, np.array(fields), phase)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_all_of_it_lies_in_its_box_at_any_angles_and_phases(count):
    rng = np.random.default_rng(count)
    for _ in range(20):
        picture = beam(rng.uniform(0, np.pi, count), rng.random()).placed(BOX)
        assert picture.get_left()[0] >= BOX.left - 0.02
        assert picture.get_right()[0] <= BOX.right + 0.02
        assert picture.get_bottom()[1] >= BOX.bottom - 0.02
        assert picture.get_top()[1] <= BOX.top + 0.02


def test_the_wave_behind_a_filter_is_as_high_as_its_field():
    picture = beam([np.pi / 3]).placed(BOX)
    heights = [np.ptp(curve.points[:, 1]) for _, curve in picture.waves]
    across = np.array([np.sin(np.pi / 3), np.cos(np.pi / 3)]) * np.cos(np.pi / 3)
    expected = abs(across[1] - 0.28 * across[0])  # the side goes down by 0.28 on the page
    assert heights[1] / heights[0] == pytest.approx(expected, rel=0.02)


def test_a_crossed_filter_leaves_a_line():
    picture = beam([0.0, np.pi / 2]).placed(BOX)
    assert np.ptp(picture.waves[-1][1].points[:, 1]) < 1e-12


def test_the_wave_goes_on_with_its_phase_and_comes_back_after_a_wavelength():
    phase = Track((0, 2))
    picture = beam([0.5], phase).placed(BOX)
    start = picture.waves[0][1].points.copy()
    phase.put(0.5)
    picture.update()
    assert np.abs(picture.waves[0][1].points - start).max() > 0.5
    phase.put(1.0)
    picture.update()
    np.testing.assert_allclose(picture.waves[0][1].points, start, atol=1e-9)


def test_its_table_has_a_row_for_each_filter():
    columns = beam([0.0, np.pi / 4]).tables()["filters"].columns
    np.testing.assert_allclose(columns["angle"], [0, 45])
    np.testing.assert_allclose(columns["intensity"], [1, 0.5])
