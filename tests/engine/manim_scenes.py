"""Plain manim scenes, one for each thing that manim can draw. None of them knows of mlanim."""

# ruff: noqa: F403, F405 - as manim scenes are written

from __future__ import annotations

from typing import Any

import numpy as np
from manim import *
from manim.typing import Point3D
from PIL import Image


class Shapes(Scene):
    def construct(self) -> None:
        circle = Circle(color=RED, fill_opacity=0.4).shift(LEFT)
        square = Square(color=BLUE, fill_opacity=1, fill_color=GREEN).shift(RIGHT)
        star = Star(7, color=YELLOW, stroke_width=10).shift(2 * UP)
        cut = Difference(Square(2), Circle(0.7), fill_opacity=0.7, color=TEAL).shift(3 * DOWN)
        self.play(Create(circle), FadeIn(square, scale=0.3), DrawBorderThenFill(star))
        self.play(Transform(circle, Triangle(color=PINK)), Rotate(square, PI / 3))
        self.play(square.animate.shift(UP), ReplacementTransform(star, cut))
        self.play(Uncreate(circle), Indicate(cut), run_time=0.6)


class Words(Scene):
    def construct(self) -> None:
        text = Text("Hamburgefonstiv 0123", gradient=(BLUE, GREEN)).shift(2 * UP)
        marked = MarkupText('a <b>bold</b> <span fgcolor="red">word</span>').shift(UP)
        formula = MathTypst(r"integral_0^oo e^(-x^2) dif x = sqrt(pi)/2").scale(1.2)
        plain = Typst("A line of *Typst*.", color=ORANGE).shift(2 * DOWN)
        self.play(Write(text), FadeIn(marked))
        self.play(Write(formula), AddTextLetterByLetter(Text("by letter").shift(DOWN)))
        self.play(FadeIn(plain), text.animate.scale(0.5).set_color(RED), Indicate(formula))


class Gradients(Scene):
    def construct(self) -> None:
        shiny = Circle(1.2, fill_opacity=1, color=BLUE).set_sheen(0.6, UL).shift(3 * LEFT)
        band = Rectangle(width=4, height=1, fill_opacity=0.9).set_color([RED, YELLOW, GREEN])
        band.set_stroke([BLUE, PURPLE], width=12)
        group = VGroup(*(Square(0.6, fill_opacity=1) for _ in range(5))).arrange(RIGHT, buff=0)
        group.set_color_by_gradient(RED, BLUE).to_edge(DOWN).set_sheen(-0.4, DR)
        self.add(shiny, band, group)
        self.play(shiny.animate.set_sheen_direction(DOWN), Rotate(band, PI / 4))
        self.play(group.animate.arrange(DOWN).shift(RIGHT * 4), band.animate.set_opacity(0.3))


class Strokes(Scene):
    def construct(self) -> None:
        corners = [[-5, 0, 0], [-4, 2, 0], [-3, 0, 0], [-2.8, 2, 0], [-2.6, 0, 0]]
        lines = VGroup()
        styles = [LineJointType.AUTO, LineJointType.ROUND, LineJointType.BEVEL, LineJointType.MITER]
        for i, joint in enumerate(styles):
            for j, cap in enumerate([CapStyleType.ROUND, CapStyleType.SQUARE, CapStyleType.BUTT]):
                line = VMobject(stroke_width=6 + 8 * j, joint_type=joint, stroke_opacity=0.7)
                line.set_points_as_corners(corners).set_cap_style(cap)
                lines.add(line.shift(RIGHT * 2.6 * i + DOWN * (2 * j - 1)))
        self.add(lines)
        text = Text("outlined", fill_opacity=1).set_stroke(RED, 8, background=True).shift(3 * UP)
        dashed = DashedVMobject(Circle(2), num_dashes=20)
        self.play(FadeIn(text), Create(dashed), Create(DashedLine(5 * LEFT, 5 * RIGHT)))
        self.play(Flash(ORIGIN), ShowPassingFlash(Circle(1, stroke_width=20)), Wiggle(text))


class Layers(Scene):
    def construct(self) -> None:
        low, high = Square(3, fill_opacity=1, color=RED), Circle(1.5, fill_opacity=1, color=BLUE)
        middle = Triangle(fill_opacity=0.8, color=GREEN).set_z_index(1)
        high.set_z_index(2)
        self.add(high, middle, low)
        self.add_foreground_mobject(Dot(UR, radius=0.3))
        self.play(low.animate.set_z_index(3).shift(RIGHT))
        self.bring_to_back(low)
        self.play(middle.animate.shift(LEFT))
        shared = Dot(3 * LEFT, radius=0.4)
        self.add(VGroup(shared, Square()), Group(VGroup(Circle(0.5), shared)))
        self.wait(0.2)


class Places(Scene):
    """Out of the frame, half in it, clear, without a stroke, tiny, huge."""

    def construct(self) -> None:
        self.add(
            Square(3).shift(20 * RIGHT),
            Circle(1, stroke_width=60).shift(8.2 * RIGHT),
            Circle(2, stroke_opacity=0),
            Square(4, stroke_width=0, fill_opacity=0),
            Line(30 * LEFT + DOWN, 30 * RIGHT + UP),
            Circle(9, stroke_width=200, stroke_opacity=0.2),
            Dot(radius=0.001),
            VMobject().start_new_path(UP).add_line_to(RIGHT).start_new_path(LEFT),
            VMobject().set_points_as_corners([[0, 0, 0], [0, np.nan, 0], [1, 1, 0]]),
            VMobject(stroke_width=40, joint_type=LineJointType.MITER).set_points_as_corners(
                [[8.5, -3, 0], [7.6, -2.9, 0], [8.5, -2.8, 0]]
            ),
        )
        self.play(self.mobjects[1].animate.shift(3 * RIGHT), run_time=1)


class InPlace(Scene):
    """Updaters that write into arrays instead of giving a mobject others."""

    def construct(self) -> None:
        shape, other, twin = Square(), Circle(color=RED, fill_opacity=1), Circle().shift(2 * UP)
        other.shift(2 * LEFT)

        def bend(mobject: Mobject, dt: float) -> None:
            mobject.points[::4, 0] += dt
            mobject.points[5, 1] -= 2 * dt

        def tint(mobject: Mobject, dt: float) -> None:
            mobject.fill_rgbas[:, 1] = min(1, mobject.fill_rgbas[0, 1] + dt)
            mobject.stroke_rgbas[0, 3] *= 0.8

        self.add(shape.add_updater(bend), other.add_updater(tint), twin)
        self.wait(1)
        self.play(twin.animate.shift(DOWN))
        shape.clear_updaters()
        twin.points *= 1.2
        self.wait(0.2)
        self.add(always_redraw(lambda: Line(twin.get_center(), other.get_right())))
        self.play(Rotate(twin, PI, about_point=ORIGIN))


class Points(Scene):
    def construct(self) -> None:
        rng = np.random.default_rng(1)
        cloud = PMobject(stroke_width=6)
        cloud.add_points(rng.uniform(-5, 5, (200, 3)), rng.uniform(0, 1, (200, 4)))
        disc = PointCloudDot(color=RED, density=8).shift(2 * RIGHT)
        self.add(Square(2, fill_opacity=0.5), cloud, Circle(2), disc)
        self.play(cloud.animate.shift(RIGHT), Rotate(disc, PI / 2), run_time=0.8)
        self.add(Mobject1D().add_line(LEFT, RIGHT), Circle(fill_opacity=0.2, color=GREEN))
        self.wait(0.2)


def picture(seed: int, rows: int = 20, columns: int = 30) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (rows, columns, 4), dtype=np.uint8)


class Pictures(Scene):
    def construct(self) -> None:
        sharp = ImageMobject(picture(0)).set_resampling_algorithm(RESAMPLING_ALGORITHMS["nearest"])
        sharp.height = 3
        soft = ImageMobject(picture(1)).shift(3 * RIGHT)
        soft.height = 4
        grey = ImageMobject(np.uint8([[0, 100], [255, 30]])).shift(6 * LEFT)
        grey.height = 5
        self.add(Circle(3, fill_opacity=0.5), sharp, Square(5), soft, grey)
        self.play(sharp.animate.rotate(0.4), soft.animate.shift(4 * RIGHT).set_opacity(0.5))
        soft.pixel_array[:5] = 0
        self.play(FadeOut(sharp), grey.animate.scale(0.1))
        self.play(Transform(grey, ImageMobject(np.uint8([[9, 1], [2, 200]])).scale(40)))


class ImageColours(Scene):
    """Shapes and words through which an image shows."""

    def construct(self) -> None:
        image = Image.fromarray(picture(2, 90, 160))
        text = Text("IMAGE", font_size=140).color_using_background_image(image)
        ring = Circle(2, stroke_width=40).color_using_background_image(image)
        self.add(Square(6, fill_opacity=0.4), text)
        self.play(Create(ring), text.animate.shift(UP))
        self.play(Rotate(ring, PI / 2), FadeIn(Square(1, fill_opacity=1)))


class Plots(Scene):
    def construct(self) -> None:
        axes = Axes(x_range=[-3, 3], y_range=[-2, 2], tips=True)
        graph = axes.plot(np.sin, color=YELLOW)
        area = axes.get_area(graph, x_range=(0, 2), color=[BLUE, GREEN], opacity=0.5)
        field = ArrowVectorField(lambda p: np.array([p[1], -p[0], 0]) / 3, x_range=[-4, 4, 2])
        plane = NumberPlane().set_opacity(0.4)
        self.add(plane)
        self.play(Create(axes), Create(graph), FadeIn(area))
        self.play(plane.animate.apply_matrix([[1, 0.5], [0, 1]]), FadeIn(field))
        tracker = ValueTracker(-2)
        dot = always_redraw(
            lambda: Dot(axes.c2p(tracker.get_value(), np.sin(tracker.get_value())), color=RED)
        )
        self.add(dot, TracedPath(dot.get_center, stroke_width=6, stroke_color=PINK))
        self.play(tracker.animate.set_value(2))


class Moving(MovingCameraScene):
    def construct(self) -> None:
        shapes = VGroup(*(RegularPolygon(n, color=BLUE, fill_opacity=0.3) for n in range(3, 9)))
        self.add(NumberPlane(), shapes.arrange(RIGHT), Dot())
        self.camera.frame.save_state()
        self.play(self.camera.frame.animate.scale(0.4).move_to(shapes[0]))
        self.play(shapes[0].animate.rotate(1), self.camera.frame.animate.shift(RIGHT))
        self.play(Restore(self.camera.frame), FadeOut(shapes[3]))


class Zoomed(ZoomedScene):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(zoom_factor=0.3, zoomed_display_height=3, zoomed_display_width=5, **kwargs)

    def construct(self) -> None:
        dot = Dot(LEFT, color=RED)
        self.add(NumberPlane(), dot, Text("small", font_size=14).next_to(dot, UP, buff=0.1))
        self.zoomed_camera.frame.move_to(dot)
        self.activate_zooming(animate=True)
        self.play(dot.animate.shift(0.5 * UP), self.zoomed_camera.frame.animate.scale(0.7))


def dome(u: float, v: float) -> Point3D:
    return np.array([2 * np.cos(u) * np.cos(v), 2 * np.sin(u) * np.cos(v), 2 * np.sin(v)])


class Space(ThreeDScene):
    def construct(self) -> None:
        surface = Surface(dome, u_range=[0, TAU], v_range=[0, PI / 2], resolution=(8, 4))
        label, title = Text("up").move_to([0, 0, 2.4]), Text("fixed", font_size=30).to_corner(UL)
        self.set_camera_orientation(phi=60 * DEGREES, theta=-50 * DEGREES)
        self.add(Line(3 * LEFT, 3 * RIGHT), surface)
        self.add_fixed_orientation_mobjects(label)
        self.add_fixed_in_frame_mobjects(title)
        self.move_camera(phi=30 * DEGREES, zoom=1.2, run_time=0.4)
        self.begin_ambient_camera_rotation(rate=0.8)
        cube = Cube(1.5, fill_opacity=0.6).shift(3 * LEFT)
        self.play(FadeIn(cube), Rotate(cube, 1.0), surface.animate.set_opacity(0.5), run_time=0.6)
        self.stop_ambient_camera_rotation()
        flat = Square(fill_opacity=0.5, color=[RED, BLUE]).shift(RIGHT)
        self.add(flat, Sphere(radius=0.6, resolution=(4, 4)).set_color(RED).shift(2 * RIGHT + OUT))
        self.play(self.camera.light_source.animate.shift(10 * RIGHT), run_time=0.4)
        self.remove_fixed_in_frame_mobjects(title)
        flat.set_shade_in_3d(True)
        self.move_camera(focal_distance=8, gamma=0.3, frame_center=[0.5, 0, 0], run_time=0.4)


class Hill(ThreeDScene):
    """Many small faces; some have a gradient of one colour in eight bits, some are clipped."""

    def construct(self) -> None:
        hill = Surface(
            lambda u, v: np.array([2 * u, 2 * v, np.sin(3 * u) * np.cos(3 * v)]),
            u_range=[-1, 1],
            v_range=[-1, 1],
            resolution=(14, 14),
        )
        self.set_camera_orientation(phi=60 * DEGREES, theta=-45 * DEGREES)
        self.add(hill)
        self.move_camera(theta=-20 * DEGREES, run_time=0.4)


class Stranger(VMobject):
    """A mobject with its own idea of its colour, which only manim's own code asks for."""

    def get_fill_rgbas(self) -> np.ndarray:
        return np.array([[1.0, 0.5, 0.0, 1.0]])


class Strangers(Scene):
    def construct(self) -> None:
        odd = Stranger().set_points_as_corners([UL, UR, DR, UL])
        own = Circle()
        own.get_stroke_width = lambda background=False: 0 if background else 25
        self.add(Square(3), odd, own, Circle(0.5))
        self.play(odd.animate.shift(RIGHT), run_time=0.6)


class Pale(Scene):
    """On a clear background, where colours are kept as shares of their opacity."""

    def construct(self) -> None:
        self.camera.background_opacity = 0.0
        self.add(Circle(2, fill_opacity=0.5, color=RED), Square(fill_opacity=0.3))
        self.play(self.mobjects[1].animate.shift(RIGHT), run_time=0.6)
        self.camera.background_color = BLUE
        self.play(self.mobjects[0].animate.shift(LEFT), run_time=0.6)
