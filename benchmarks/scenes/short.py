"""Short films of plain Manim, as people try out and look at again and again."""

import numpy as np
from manim import (
    BLUE,
    DEGREES,
    DOWN,
    LEFT,
    ORIGIN,
    OUT,
    PI,
    RED,
    RIGHT,
    UP,
    YELLOW,
    Arrow,
    Axes,
    BarChart,
    Circle,
    Create,
    Cube,
    Dot,
    FadeIn,
    FadeOut,
    Graph,
    ImageMobject,
    Indicate,
    LaggedStart,
    Line,
    MoveAlongPath,
    MovingCameraScene,
    NumberPlane,
    ReplacementTransform,
    Rotate,
    Scene,
    Square,
    SurroundingRectangle,
    Text,
    ThreeDScene,
    TracedPath,
    Transform,
    Triangle,
    ValueTracker,
    VGroup,
    Write,
    ZoomedScene,
    always_redraw,
    linear,
)


class SquareToCircle(Scene):
    def construct(self) -> None:
        square = Square(color=BLUE, fill_opacity=0.5)
        self.play(Create(square))
        self.play(Transform(square, Circle(color=RED, fill_opacity=0.5)))
        self.play(FadeOut(square))


class Words(Scene):
    def construct(self) -> None:
        text = Text("Every film begins with a word")
        self.play(Write(text))
        self.wait(1)
        self.play(text.animate.to_edge(UP))


class Shift(Scene):
    def construct(self) -> None:
        square = Square()
        self.add(square)
        self.play(square.animate.shift(2 * LEFT).rotate(PI / 4))
        self.wait(0.5)


class Curve(Scene):
    def construct(self) -> None:
        axes = Axes(x_range=[-3, 3], y_range=[-2, 2])
        self.play(Create(axes))
        self.play(Create(axes.plot(np.sin, color=YELLOW)), run_time=2)


class Plane(Scene):
    def construct(self) -> None:
        plane = NumberPlane()
        self.add(plane)
        self.play(plane.animate.apply_matrix([[1, 1], [0, 1]]), run_time=2)


class Following(Scene):
    def construct(self) -> None:
        value = ValueTracker(0)
        dot = always_redraw(lambda: Dot([value.get_value(), 0, 0]))
        line = always_redraw(lambda: Line(ORIGIN, dot.get_center()))
        self.add(dot, line)
        self.play(value.animate.set_value(4), run_time=2)


class Counting(Scene):
    def construct(self) -> None:
        value = ValueTracker(0)
        self.add(always_redraw(lambda: Text(f"{value.get_value():.2f}")))
        self.play(value.animate.set_value(5), run_time=2, rate_func=linear)


class Grid(Scene):
    def construct(self) -> None:
        squares = VGroup(*(Square(0.4) for _ in range(64))).arrange_in_grid(8, 8)
        self.play(LaggedStart(*(FadeIn(s) for s in squares), lag_ratio=0.05))
        self.play(squares.animate.scale(0.5))


class Tracing(Scene):
    def construct(self) -> None:
        circle, dot = Circle(2), Dot()
        self.add(TracedPath(dot.get_center), dot)
        self.play(MoveAlongPath(dot, circle), run_time=2, rate_func=linear)


class Bars(Scene):
    def construct(self) -> None:
        chart = BarChart([1, 3, 2], y_axis_config={"include_numbers": False})
        self.play(FadeIn(chart))
        self.play(chart.animate.change_bar_values([3, 1, 2]))


class Network(Scene):
    def construct(self) -> None:
        graph = Graph(range(6), [(a, b) for a in range(6) for b in range(a)], layout="circular")
        self.play(Create(graph))
        self.play(graph[0].animate.move_to(ORIGIN))


class Arrows(Scene):
    def construct(self) -> None:
        first, second = Arrow(LEFT, RIGHT), Arrow(DOWN, UP)
        self.play(Create(first))
        self.play(ReplacementTransform(first, second))
        self.play(Indicate(second))


class Closer(MovingCameraScene):
    def construct(self) -> None:
        shapes = VGroup(Square(), Circle(), Triangle()).arrange(RIGHT)
        self.add(shapes)
        self.play(self.camera.frame.animate.scale(0.5).move_to(shapes[2]), run_time=2)


class Solid(ThreeDScene):
    def construct(self) -> None:
        self.set_camera_orientation(phi=70 * DEGREES, theta=30 * DEGREES)
        cube = Cube()
        self.add(cube)
        self.play(Rotate(cube, PI / 2, axis=OUT), run_time=2)


class Still(Scene):
    def construct(self) -> None:
        self.add(Text("Nothing moves"))
        self.wait(3)


class OwnPython(Scene):
    """Its cost is the scene's own Python."""

    def construct(self) -> None:
        value = ValueTracker(0)
        self.add(always_redraw(lambda: Text(f"loss {value.get_value():.4f}")))
        for number in range(4):
            self.play(value.animate.set_value(number + 1), run_time=3, rate_func=linear)


class Magnified(ZoomedScene):
    """Images, and a part of them again and larger."""

    def construct(self) -> None:
        chance = np.random.default_rng(0)
        for number in range(6):
            pixels = chance.integers(0, 255, (60, 60, 3), dtype=np.uint8)
            place = [2 * number - 5, 1.2 * (-1) ** number, 0]
            image = ImageMobject(pixels).set_height(1.8).move_to(place)
            self.add(image, SurroundingRectangle(image))
        self.activate_zooming(animate=False)
        self.play(self.zoomed_camera.frame.animate.shift(2 * RIGHT), run_time=1)
