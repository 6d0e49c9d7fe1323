"""What a frame costs to draw: manim's mobjects and camera against the batches and the fast camera.

    python benchmarks/camera.py

CPU time of one frame at 1080p without encoding, the median of rounds in which both take turns.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np
from manim import Camera, Dot, ManimColor, Square, ThreeDCamera, Transform, VGroup, tempconfig
from manim import Surface as FacedSurface

from mlanim.engine.camera.fast import fast
from mlanim.stage.arrays.batch import role_rgbas
from mlanim.stage.arrays.camera import StageCamera
from mlanim.stage.arrays.cloud import PointCloud
from mlanim.stage.arrays.surface import Surface, View
from mlanim.stage.colors.colormap import signed_palette
from mlanim.stage.plots.cells import Cells

ROUNDS = 5
RNG = np.random.default_rng(0)
SIZE = {"pixel_width": 1920, "pixel_height": 1080}

Step = Callable[[], object]


def shot(camera: Camera, mobject: object) -> None:
    """Draw one frame of one mobject."""
    camera.reset()
    camera.capture_mobjects([mobject])


def tweened(camera: Camera, start: object, end: object) -> Step:
    """Frames of a transform from one mobject to another."""
    play = Transform(start, end)
    play.begin()
    shares: Iterator[float] = iter(np.linspace(0.1, 0.9, 2 * ROUNDS))

    def step() -> None:
        play.interpolate(next(shares))
        shot(camera, play.mobject)

    return step


def points() -> tuple[Step, Step]:
    """600 points that move: dots, and one cloud."""
    ends = RNG.uniform(-3.5, 3.5, (2, 600, 2))
    dots = [VGroup(*(Dot([*place, 0], radius=0.05) for place in end)) for end in ends]
    clouds = [PointCloud(end, role_rgbas("input", 600)) for end in ends]
    return tweened(Camera(), *dots), tweened(fast(StageCamera)(), *clouds)


def heatmap() -> tuple[Step, Step]:
    """32 by 32 values that change: squares, and one batch of cells."""
    palette = signed_palette(1.0)
    ends = RNG.uniform(-1, 1, (2, 32, 32))
    grids = [
        VGroup(
            *(
                Square(0.2, stroke_width=0, fill_opacity=1, fill_color=ManimColor(tuple(color)))
                for color in palette(end.ravel())[:, :3]
            )
        ).arrange_in_grid(32, 32, buff=0)
        for end in ends
    ]
    cells = [Cells(end, palette, (0.2, 0.2)) for end in ends]
    return tweened(Camera(), *grids), tweened(fast(StageCamera)(), *cells)


def surface() -> tuple[Step, Step]:
    """64 by 64 faces seen by a camera that turns."""
    theirs = FacedSurface(
        lambda u, v: np.array([u, v, 0.4 * np.sin(2 * u) * np.cos(2 * v)]),
        u_range=[-2, 2],
        v_range=[-2, 2],
        resolution=64,
    )
    at, view = np.linspace(-1, 1, 65), View()
    ours = Surface(0.2 * np.sin(4 * at)[:, None] * np.cos(4 * at), view)
    stock, quick = ThreeDCamera(phi=1.0), fast(StageCamera)()

    def turn_theirs() -> None:
        stock.theta_tracker.increment_value(0.01)
        shot(stock, theirs)

    def turn_ours() -> None:
        view.turn.increment_value(0.01)
        shot(quick, ours.follow())

    return turn_theirs, turn_ours


def milliseconds(step: Step) -> float:
    """CPU time of one step."""
    start = time.process_time()
    step()
    return 1000 * (time.process_time() - start)


def main() -> None:
    """Print one line for each kind of picture."""
    print(f"{'ms of CPU a frame':20}{'manim':>9}{'mlanim':>9}{'ratio':>9}")
    with tempconfig(SIZE):
        for work in (points, heatmap, surface):
            theirs, ours = work()
            theirs(), ours()  # what is computed once
            pairs = [(milliseconds(theirs), milliseconds(ours)) for _ in range(ROUNDS)]
            stock, quick = (statistics.median(column) for column in zip(*pairs, strict=True))
            print(f"{work.__name__:20}{stock:9.1f}{quick:9.1f}{stock / quick:8.1f}x")


if __name__ == "__main__":
    main()
