"""A text that is drawn anew in each frame, whose glyphs build on those of the frame before."""

from manim import *


class RedrawnWords(Scene):
    def construct(self):
        value = ValueTracker(0)
        self.add(always_redraw(lambda: Text(f"{value.get_value():.3f}", font_size=96)))
        self.play(value.animate.set_value(1), run_time=0.7, rate_func=linear)
        self.play(value.animate.set_value(9), run_time=0.7)
