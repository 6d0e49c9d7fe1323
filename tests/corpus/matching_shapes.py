"""Letters find one another."""

from manim import *


class MatchingShapes(Scene):
    def construct(self):
        here, there = Text("listen"), Text("silent", color=BLUE).shift(UP)
        self.play(Write(here), run_time=0.5)
        self.play(TransformMatchingShapes(here, there, path_arc=PI / 2), run_time=0.5)
        self.play(Unwrite(there), run_time=0.4)
