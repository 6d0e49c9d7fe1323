"""A surface has no seams, soft edges where it ends or folds, and every face on a page."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import cairo
import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from mlanim.export.figures.vector import Viewport, as_vector
from mlanim.stage import theme
from mlanim.stage.arrays.camera import StageCamera
from mlanim.stage.arrays.surface import Surface, View
from mlanim.stage.layout import Box

WAVES = 0.3 * np.sin(np.linspace(-5, 5, 30))[:, None] * np.cos(np.linspace(-4, 4, 24))


def white(heights: np.ndarray, view: View) -> Surface:
    """A surface that is all white, without lines."""
    surface = Surface(heights, view, wire=0)
    return surface.set_rgbas(np.ones((len(surface.faces), 3)))


def test_no_background_shows_between_faces(still: Callable[..., Any]) -> None:
    for turn in np.linspace(0, 1.5, 7):
        brightness = still(white(WAVES, View(turn, 0.9, 2.4))).pixels.min(axis=2)
        inside = binary_erosion(brightness > 128, iterations=3)
        assert inside.sum() > 1500
        assert brightness[inside].min() == 255


@pytest.mark.parametrize("elevation", [0.35, 0.9])
def test_the_outline_is_antialiased(still: Callable[..., Any], elevation: float) -> None:
    """A slanted edge has as many shades as its pixels have shares of it."""
    pixels = still(white(np.zeros((12, 12)), View(0.5, elevation, 2.6))).pixels.min(axis=2)
    background = int((theme.rgb("background") * 255).min())
    edge = pixels[(pixels > background + 12) & (pixels < 243)]
    assert len(np.unique(edge)) > 30
    length = 4 * 2 * 2.6 * pixels.shape[0] / theme.FRAME_HEIGHT  # of the four sides, about
    assert len(edge) > 0.5 * length * np.sin(elevation)


def test_a_fold_is_antialiased(still: Callable[..., Any]) -> None:
    """The crest of a dark hill before a bright slope behind it."""
    at = np.linspace(-1, 1, 40)
    heights = np.tile((0.8 * np.exp(-20 * (at + 0.3) ** 2) + 0.4 * (at > 0) * at)[:, None], (1, 40))
    surface = Surface(heights, View(0.3, 0.5, 2.6), wire=0)
    rows = surface.world[surface.faces][:, :, 1].mean(axis=1)
    shade = np.where(rows < 0, 0.0, 1.0)
    picture = still(surface.set_rgbas(np.tile(shade[:, None], (1, 3)))).pixels
    middle = picture.shape[1] // 2
    crest = picture[:, middle - 30 : middle + 30].min(axis=2)
    between = (crest > 25) & (crest < 230)
    assert between.any(axis=0).mean() > 0.8  # each column crosses the crest softly


def test_faces_on_a_page_are_those_on_the_screen(still: Callable[..., Any]) -> None:
    """A page is painted with the same outline; what is drawn there is compared as pixels."""
    poppler = pytest.importorskip("pypdfium2")
    surface = Surface(WAVES, View(0.6, 0.8, 2.2))
    width, height = theme.FRAME_WIDTH, theme.FRAME_HEIGHT
    box = Box(-width / 2, -height / 2, width / 2, height / 2)
    sheet = Viewport(box, 36.0, theme.rgb("background"))
    page = as_vector(StageCamera(), [surface], sheet, "pdf")
    document = poppler.PdfDocument(page)
    seen = still(surface).pixels
    drawn = document[0].render(scale=seen.shape[1] / document[0].get_width()).to_numpy()
    apart = np.abs(drawn[: len(seen), : seen.shape[1], 2::-1].astype(int) - seen).mean()
    assert apart < 3


def test_antialiasing_is_left_as_it_was() -> None:
    ctx = cairo.Context(cairo.ImageSurface(cairo.FORMAT_ARGB32, 40, 40))
    white(WAVES, View()).draw(ctx, 0.01)
    assert ctx.get_antialias() == cairo.ANTIALIAS_DEFAULT


def test_a_page_has_no_raster() -> None:
    buffer = io.BytesIO()
    surface = cairo.SVGSurface(buffer, 100, 100)
    ctx: cairo.Context[Any] = cairo.Context(surface)
    ctx.translate(50, 50)
    white(WAVES, View()).draw(ctx, 0.01)
    surface.finish()
    drawing = buffer.getvalue()
    assert b"<image" not in drawing
    assert drawing.count(b"<path") == (WAVES.shape[0] - 1) * (WAVES.shape[1] - 1)
