"""A camera in space whose centre moves."""

from manim import *


class SpaceCentre(ThreeDScene):
    def construct(self):
        self.set_camera_orientation(phi=1, theta=0.4)
        self.add(Cube(), Dot3D(2 * RIGHT))
        self.play(FadeIn(Square()), run_time=0.3)
        self.move_camera(frame_center=2 * RIGHT + UP, run_time=0.4)
        self.play(FadeIn(Circle()), run_time=0.4)
        self.move_camera(frame_center=LEFT, theta=1, run_time=0.4)
