"""Scenes as people write them for manim, who have never heard of us."""

import random

from manim import (
    DOWN,
    LEFT,
    RED,
    RIGHT,
    UL,
    UP,
    Circle,
    Create,
    Cube,
    Dot,
    FadeIn,
    FadeOut,
    LinearTransformationScene,
    MovingCameraScene,
    Restore,
    Scene,
    Square,
    Succession,
    Text,
    ThreeDScene,
    ValueTracker,
    Wait,
    ZoomedScene,
    always_redraw,
)


class Base(Scene):
    """What several scenes share."""

    def setup(self) -> None:
        self.square = Square()


class Shapes(Base):
    """Shapes and a clock

    of which only the first line is the title.
    """

    def construct(self) -> None:
        dot = Dot(color=RED).shift(2 * LEFT)
        self.play(Create(self.square), FadeIn(Text("hi").shift(2 * UP)))
        dot.add_updater(lambda d, dt: d.shift(dt * RIGHT))
        self.add(dot)
        self.wait(0.7)
        self.play(self.square.animate.rotate(1), run_time=1.3)
        dot.clear_updaters()
        self.add(always_redraw(lambda: Circle(0.2).move_to(self.square.get_corner(UL))))
        self.wait(0.6)  # which manim cuts to two frames at five a second
        self.play(Succession(FadeIn(Circle()), dot.animate.shift(UP), Wait(0.3)))
        clock = ValueTracker(0).add_updater(lambda c, dt: c.increment_value(dt))
        self.add(clock)
        self.wait(3, stop_condition=lambda: clock.get_value() > 0.5)
        self.play(dot.animate.shift(random.random() * DOWN))


class Moving(MovingCameraScene):
    def construct(self) -> None:
        self.camera.frame.save_state()
        square = Square(fill_opacity=0.5)
        self.add(square, Circle().shift(2 * RIGHT))
        self.play(self.camera.frame.animate.scale(0.5).move_to(square))
        self.play(Restore(self.camera.frame))


class Zoomed(ZoomedScene):
    def __init__(self) -> None:
        super().__init__(zoom_factor=0.3, zoomed_display_height=2, zoomed_display_width=3)

    def construct(self) -> None:
        dot = Dot()
        self.add(dot, Square())
        self.activate_zooming(animate=True)
        self.play(dot.animate.shift(LEFT))


class Solid(ThreeDScene):
    def construct(self) -> None:
        self.add_fixed_in_frame_mobjects(Text("fixed").to_corner(UL))
        self.set_camera_orientation(phi=1.1, theta=0.5)
        self.add(Cube())
        self.begin_ambient_camera_rotation(rate=0.3)
        self.wait(1)
        self.stop_ambient_camera_rotation()
        self.move_camera(phi=0.3, run_time=0.7)


class Plane(LinearTransformationScene):
    def __init__(self) -> None:
        super().__init__(show_coordinates=False)

    def construct(self) -> None:
        self.apply_matrix([[1, 1], [0, 1]])


class Sections(Scene):
    def construct(self) -> None:
        dot = Dot()
        self.next_section("first")
        self.play(FadeIn(dot))
        self.next_section("skipped", skip_animations=True)
        self.play(dot.animate.shift(UP))
        self.next_section("turning", "presentation.loop")
        self.play(dot.animate.shift(LEFT))
        self.play(FadeOut(dot))


class Nothing(Scene):
    def construct(self) -> None:
        self.add(Dot(radius=2))


class Told(Scene):
    """Captions by manim's own means"""

    def construct(self) -> None:
        self.add_subcaption("Look <here> & there.", duration=1)
        self.wait(0.5)
        self.play(Create(Square()), run_time=2, subcaption="A square.")
        self.play(
            Create(Circle()), run_time=1, subcaption="To\nthe end.", subcaption_duration=9,
            subcaption_offset=0.5,
        )  # fmt: skip
