"""A camera that is moved by hand, which Manim heeds before its first picture only."""

from manim import *


class CentreOfCamera(Scene):
    def construct(self):
        self.add(Square())
        self.play(FadeIn(Dot(UP)), run_time=0.4)
        self.camera.frame_center = RIGHT
        self.camera.background_color = BLUE_E
        self.play(FadeIn(Circle()), run_time=0.4)
        self.wait(0.3)
        self.play(FadeIn(Triangle()), run_time=0.4)
