"""Captions."""

from manim import *


class Subcaptions(Scene):
    def construct(self):
        self.add_subcaption("Look <here> & there.", duration=0.5)
        self.wait(0.3)
        self.play(Create(Square()), run_time=0.5, subcaption="A square.", subcaption_offset=0.1)
