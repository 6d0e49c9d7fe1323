"""Scenes as anyone writes them for manim; nothing in this file knows of mlanim."""

import numpy as np
from manim import (
    BLUE,
    DEGREES,
    DOWN,
    LEFT,
    RIGHT,
    TAU,
    UP,
    YELLOW,
    Arrow,
    Circle,
    Create,
    Dot,
    FadeIn,
    FadeOut,
    NumberPlane,
    Rotate,
    Scene,
    Square,
    Surface,
    Text,
    ThreeDScene,
    Transform,
    Triangle,
    ValueTracker,
    VGroup,
    Write,
    color_gradient,
    interpolate_color,
)


class ShapesAndText(Scene):
    """Shapes and lines of text that come, change and go."""

    def construct(self):
        """Three rounds of the same."""
        plane = NumberPlane().set_opacity(0.3)
        self.play(Create(plane))
        for line in ("Shapes", "and words", "that move"):
            title = Text(line).to_edge(UP)
            shapes = VGroup(Square(), Circle(), Triangle()).arrange(RIGHT, buff=1.5)
            shapes.set_fill(BLUE, 0.6)
            arrow = Arrow(LEFT, RIGHT, color=YELLOW).shift(2.5 * DOWN)
            self.play(Write(title), FadeIn(shapes), Create(arrow))
            self.play(Rotate(shapes, TAU / 2), arrow.animate.shift(RIGHT))
            self.play(Transform(shapes[0], Circle().move_to(shapes[0])))
            self.wait(0.5)
            self.play(FadeOut(title, shapes, arrow))


def places(seed, count=600):
    """So many places within the frame, (count, 3)."""
    flat = np.random.default_rng(seed).uniform([-6, -3.5], [6, 3.5], (count, 2))
    return np.column_stack([flat, np.zeros(count)])


class Dots(Scene):
    """600 dots, each on its own way."""

    def construct(self):
        """Two moves."""
        colors = color_gradient([BLUE, YELLOW], 600)
        dots = VGroup(
            *(Dot(place, 0.05, color=c) for place, c in zip(places(0), colors, strict=True))
        )
        self.add(dots)
        for seed in (1, 2):
            targets = places(seed)
            self.play(
                *(dot.animate.move_to(to) for dot, to in zip(dots, targets, strict=True)),
                run_time=2,
            )


def values(seed, side=32):
    """Values of a heatmap, 0 to 1, (side, side)."""
    return np.random.default_rng(seed).uniform(0, 1, (side, side))


class Squares(Scene):
    """A heatmap of 32 x 32 squares that changes its values."""

    def construct(self):
        """Two changes."""
        squares = VGroup(*(Square(0.2, stroke_width=0, fill_opacity=1) for _ in range(32 * 32)))
        squares.arrange_in_grid(32, 32, buff=0)
        start, share = values(0), ValueTracker(0)
        ends = [values(1), values(2)]

        def paint(group):
            alpha = share.get_value()
            shown = (1 - alpha) * start + alpha * ends[0]
            for square, value in zip(group, shown.ravel(), strict=True):
                square.set_fill(interpolate_color(BLUE, YELLOW, value))

        squares.add_updater(paint)
        self.add(squares)
        for _ in range(2):
            self.play(share.animate.set_value(1), run_time=2)
            start = ends.pop(0)
            share.set_value(0)
            ends.append(start)


def hill(side):
    """A surface of so many faces each way."""
    return Surface(
        lambda u, v: np.array([2 * u, 2 * v, np.sin(3 * u) * np.cos(3 * v)]),
        u_range=[-1, 1],
        v_range=[-1, 1],
        resolution=(side, side),
    )


class Hill(ThreeDScene):
    """A surface of 64 x 64 faces, the camera going round it."""

    def construct(self):
        """A turn of the camera."""
        self.set_camera_orientation(phi=60 * DEGREES, theta=-45 * DEGREES)
        self.add(hill(64))
        self.move_camera(theta=0, run_time=3)


class Long(Scene):
    """A minute of shapes, for several processes."""

    def construct(self):
        """Twenty moves of the same group."""
        shapes = VGroup(*(Square(0.4 + 0.05 * n).rotate(0.1 * n) for n in range(40)))
        shapes.set_color_by_gradient(BLUE, YELLOW)
        self.play(FadeIn(shapes))
        for turn in range(20):
            self.play(Rotate(shapes, TAU / 8), shapes.animate.set_opacity(0.3 + 0.03 * turn))


class Cells(Scene):
    """64 cells, a number in each, that move and fade."""

    def construct(self):
        """In, apart, turned in colour, together, out."""
        cells = VGroup()
        for number, color in enumerate(color_gradient([BLUE, YELLOW], 64)):
            square = Square(0.7, color=color, fill_opacity=0.4)
            cells.add(VGroup(square, Text(str(number), font_size=20).move_to(square)))
        cells.arrange_in_grid(8, 8, buff=0.1)
        self.play(FadeIn(cells))
        self.play(cells.animate.arrange_in_grid(8, 8, buff=0.2), run_time=2)
        self.play(*(cell.animate.shift(0.3 * RIGHT).set_opacity(0.3) for cell in cells[::2]))
        self.play(cells.animate.scale(0.5), run_time=2)
        self.play(FadeOut(cells))


class SmallHill(ThreeDScene):
    """A surface of 32 x 32 faces, the camera going round it."""

    def construct(self):
        """A turn of the camera."""
        self.set_camera_orientation(phi=60 * DEGREES, theta=-45 * DEGREES)
        self.add(hill(32))
        self.move_camera(theta=0, run_time=2)
