"""A camera that is moved before its first picture."""

from manim import *


class CentreOfCameraFirst(Scene):
    def construct(self):
        self.camera.frame_center = RIGHT
        self.play(FadeIn(Circle()), run_time=0.4)
        self.camera.frame_center = LEFT
        self.play(FadeIn(Square()), run_time=0.4)
        self.play(FadeIn(Dot()), run_time=0.4)
