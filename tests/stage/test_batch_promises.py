"""What every kind of batch promises: it is animated, copied and exported as any mobject is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from manim import Create, FadeIn, FadeOut, Mobject, ReplacementTransform, Transform, linear

from mlanim.export.figures.still import still as picture
from mlanim.stage import theme
from mlanim.stage.arrays.batch import Batch
from mlanim.stage.arrays.cloud import PointCloud
from mlanim.stage.arrays.mesh import Mesh, grid_faces
from mlanim.stage.arrays.surface import Surface, View, in_pieces
from mlanim.stage.plots.cells import Cells

SIDE = 6
AXIS = np.linspace(-1, 1, SIDE)
GRID = np.stack(np.meshgrid(AXIS, AXIS), axis=-1)  # (SIDE, SIDE, 2)
VIEW = View()
BEND = np.sin(3 * GRID[..., 0]) * np.cos(2 * GRID[..., 1])


def paint(values: np.ndarray) -> np.ndarray:
    """Bright colours, none of them the background's."""
    flat = np.asarray(values, dtype=float).ravel()
    return np.column_stack([0.5 + 0.4 * flat, np.full(len(flat), 0.8), 0.9 - 0.4 * flat])


def cloud(amount: float) -> Batch:
    places = 2 * GRID.reshape(-1, 2) + amount
    return PointCloud(places, paint(amount * BEND), 0.3)


def mesh(amount: float) -> Batch:
    places = (GRID * (2 + amount)).reshape(-1, 2)
    return Mesh(places, grid_faces(SIDE, SIDE), paint(amount * BEND[1:, 1:]))


def cells(amount: float) -> Batch:
    return Cells(amount * BEND, paint, (0.6, 0.6))


def surface(amount: float) -> Batch:
    return Surface(0.4 * amount * BEND, VIEW, paint(amount * BEND[1:, 1:]))


each_kind = pytest.mark.parametrize("kind", [cloud, mesh, cells, surface])
Kind = Callable[[float], Batch]
Film = Callable[..., tuple[Any, list[np.ndarray]]]


def arrays(batch: Batch) -> dict[str, np.ndarray]:
    """All that a batch holds and animates."""
    return {name: getattr(batch, name).copy() for name in ("points", *batch.mixed)}


def assert_same(batch: Batch, expected: dict[str, np.ndarray]) -> None:
    for name, array in arrays(batch).items():
        np.testing.assert_allclose(array, expected[name], atol=1e-9, err_msg=name)


def share(frames: list[np.ndarray], background: np.ndarray) -> np.ndarray:
    """How many pixels of each frame are not the background's."""
    return np.array([(frame != background).any(axis=-1).sum() for frame in frames])


@each_kind
@pytest.mark.parametrize("change", [Transform, ReplacementTransform])
def test_one_becomes_another_of_its_kind(kind: Kind, film: Film, change: Any) -> None:
    start, end, seen = kind(0.2), kind(1.0), []
    first, last = arrays(start), arrays(end)

    def construct(scene: Any) -> None:
        scene.add(start, Mobject().add_updater(lambda _: seen.append(arrays(start))))
        scene.play(change(start, end, rate_func=linear))

    scene, _ = film(construct)
    assert_same(start, last)
    left = end if change is ReplacementTransform else start
    assert [mobject for mobject in scene.mobjects if isinstance(mobject, Batch)] == [left]
    way = last["rgbas"] - first["rgbas"]
    alphas = [((now["rgbas"] - first["rgbas"]) * way).sum() / (way**2).sum() for now in seen]
    for alpha, now in zip(alphas, seen, strict=True):
        for name in now:
            mixed = (1 - alpha) * first[name] + alpha * last[name]
            np.testing.assert_allclose(now[name], mixed, atol=1e-6, err_msg=name)
    assert len(set(np.round(alphas, 3))) >= 9  # one after another, not at once


@each_kind
def test_animate_changes_paint_and_leaves_the_rest(kind: Kind, film: Film) -> None:
    batch = kind(0.5)
    before = arrays(batch)
    film(lambda scene: scene.play(batch.animate.set_opacity(0.3)))
    before["rgbas"][:, 3] = 0.3
    assert_same(batch, before)


@each_kind
def test_a_copy_and_its_origin_change_alone(kind: Kind) -> None:
    batch = kind(0.5)
    before, copy = arrays(batch), batch.copy()
    assert_same(copy, before)
    for name in before:
        getattr(copy, name)[:] = 7
    assert_same(batch, before)
    changed = arrays(copy)
    batch.set_opacity(0).shift([1, 1, 0])
    assert_same(copy, changed)


@each_kind
def test_an_updater_runs_at_every_frame(kind: Kind, film: Film) -> None:
    batch = kind(0.5)

    def construct(scene: Any) -> None:
        scene.add(batch)
        batch.add_updater(lambda b, dt: b.fade(dt))
        scene.wait(1)

    _, frames = film(construct)
    brightness = [frame.mean() for frame in frames]
    assert (np.diff(brightness) < 0).all()
    np.testing.assert_allclose(batch.rgbas[:, 3], 0.9 ** (len(frames) - 1), rtol=1e-6)


@each_kind
@pytest.mark.parametrize("fade", [FadeIn, FadeOut])
def test_halfway_through_a_fade_every_pixel_is_halfway(kind: Kind, film: Film, fade: Any) -> None:
    batch = kind(0.5)

    def construct(scene: Any) -> None:
        scene.wait(0.1)
        scene.add(batch)
        scene.wait(0.1)
        scene.remove(batch)
        scene.play(fade(batch, rate_func=linear))

    _, (background, whole, *frames) = film(construct)
    np.testing.assert_allclose(frames[5], (background + whole) / 2, atol=2)


@each_kind
def test_creating_shows_more_and_more_of_it(kind: Kind, film: Film) -> None:
    batch = kind(0.5)

    def construct(scene: Any) -> None:
        scene.wait(0.1)
        scene.play(Create(batch, rate_func=linear))
        scene.wait(0.1)

    _, (background, *frames) = film(construct)
    shown = share(frames, background)
    assert (np.diff(shown) >= 0).all()
    assert shown[0] == 0
    assert 0.35 < shown[5] / shown[-1] < 0.65


@each_kind
@pytest.mark.parametrize("opacity", [1.0, 0.5])
def test_a_figure_of_it_has_no_raster(kind: Kind, film: Film, opacity: float) -> None:
    batch = kind(0.5).set_opacity(opacity)
    scene, _ = film(lambda scene: scene.add(batch))
    drawing = picture(scene, "svg")
    assert b"<image" not in drawing
    assert drawing.count(b"<path") >= SIDE


def test_lines_on_a_surface_come_with_its_faces(still: Callable[..., Any]) -> None:
    whole = Surface(np.zeros((SIDE, SIDE)), VIEW, paint(BEND[1:, 1:]), wire=0)
    whole.set_line("path", whole.lift(in_pieces(np.array([[-1, -1], [1, 1]]))), "weight", "bold")
    begun = whole.copy().pointwise_become_partial(whole, 0, 0.2)
    far = theme.rgb("background") * 255  # in the corner where the line ends
    places = [VIEW.project(np.array([end, end, 0.0]))[:2] for end in (-0.97, 0.97)]
    whole_ends = [still(whole).at(*place) for place in places]
    begun_ends = [still(begun).at(*place) for place in places]
    np.testing.assert_array_equal(whole_ends[0], begun_ends[0])
    np.testing.assert_allclose(begun_ends[1], far, atol=1)
    assert np.abs(whole_ends[1] - far).max() > 50
