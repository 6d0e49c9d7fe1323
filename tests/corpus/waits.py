"""Lengths that are no whole number of frames."""

from manim import *


class Waits(Scene):
    def construct(self):
        self.add(Square())
        self.wait(0.6)
        self.pause(0.25)
        self.wait(0.3, frozen_frame=False)
        self.wait(0.01)
        self.play(Create(Circle()), run_time=0.37)
        self.play(Wait(0.29), FadeIn(Dot(), run_time=0.11))
