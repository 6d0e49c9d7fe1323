"""What is shown as a scene ends."""

from manim import *


class TornDown(Scene):
    def construct(self):
        self.play(FadeIn(Square()), run_time=0.3)
        self.wait(0.2)

    def setup(self):
        self.add(Dot(2 * LEFT))

    def tear_down(self):
        self.add(Circle())
        self.play(FadeIn(Triangle()), run_time=0.3)
        self.wait(0.2)
