"""All heads of a model at once: matrices in their cells, in the colours of their weights."""

import numpy as np
import pytest

from mlanim.stage import theme
from mlanim.stage.colors.colormap import weights_palette
from mlanim.stage.layout import Box
from mlanim.stage.pictures.transformer.model_view import ModelView

BOX = Box(-6, -3, 6, 2)


def view(layers=6, heads=12, count=9):
    rng = np.random.default_rng(0)
    weights = rng.dirichlet(np.ones(count), size=(layers, heads, count))
    return ModelView(weights, range(1, layers + 1), range(1, heads + 1))


@pytest.mark.parametrize("size", [(4.4, 3), (13, 4.5)])
@pytest.mark.parametrize("medium", [theme.FILM, theme.PAGE])
@pytest.mark.parametrize("shape", [(1, 1), (2, 4), (6, 12), (12, 12)])
def test_all_of_it_stays_in_its_box(fits, size, medium, shape):
    box = Box(-1, 1, -1 + size[0], 1 + size[1])
    with theme.drawn_for(medium):
        picture = view(*shape)
        picture.mark(shape[0] - 1, shape[1] - 1)
        fits(picture.placed(box), box, air=0.08)


def test_a_head_lies_in_its_cell_with_the_first_query_on_top(each_theme):
    picture = view()
    rim = picture.mark(4, 10)
    picture.placed(BOX)
    mesh = picture.submobjects[0]
    cells = mesh.points[mesh.faces].mean(axis=1).reshape(6, 12, 9, 9, 3)
    around = rim.path.points
    inside = cells[4, 10].reshape(-1, 3)
    assert (inside[:, :2] > around[:, :2].min(0)).all()
    assert (inside[:, :2] < around[:, :2].max(0)).all()
    assert cells[4, 10, 0, 0, 1] > cells[4, 10, 8, 0, 1]
    assert cells[4, 10, 0, 0, 0] < cells[4, 10, 0, 8, 0]
    expected = weights_palette(picture.weights.ravel())
    np.testing.assert_allclose(mesh.rgbas[:, :3], expected)


def test_numbers_that_are_not_as_many_as_the_heads_are_refused():
    weights = np.full((2, 3, 4, 4), 0.25)
    with pytest.raises(ValueError, match="2 × 2 numbers for"):
        ModelView(weights, range(2), range(2))
    with pytest.raises(ValueError, match=r"\(L, H, N, N\)"):
        ModelView(weights[0], range(2), range(3))
