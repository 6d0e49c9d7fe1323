"""A listing."""

from manim import *


class Listing(Scene):
    def construct(self):
        code = Code(
            code_string="def f(x):\n    return x  # it", language="python", background="window"
        )
        self.play(FadeIn(code), run_time=0.3)
        self.play(code.animate.scale(0.5).shift(UP), run_time=0.3)
        self.play(Circumscribe(code.code_lines[0]), run_time=0.3)
