"""State that the class keeps."""

from manim import *


class CounterOfTheClass(Scene):
    def construct(self):
        type(self).times += 1
        self.known.append(self.times)
        self.play(FadeIn(Square(self.times)), run_time=0.3)
        self.play(FadeIn(VGroup(*map(Circle, self.known))), run_time=0.3)
        self.play(FadeIn(Dot()), run_time=0.3)

    times, known = 0, []
