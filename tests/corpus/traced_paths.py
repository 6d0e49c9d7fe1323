"""Paths that are traced."""

from manim import *


class TracedPaths(Scene):
    def construct(self):
        dot = Dot(2 * LEFT)
        path = TracedPath(dot.get_center, stroke_color=YELLOW)
        tail = TracedPath(
            dot.get_center, dissipating_time=0.3, stroke_width=9, stroke_opacity=[0, 1]
        )
        self.add(path, tail, dot)
        self.play(dot.animate.shift(4 * RIGHT + UP), run_time=0.5)
        self.play(Rotate(dot, PI, about_point=UP), run_time=0.5)
        self.add(AnimatedBoundary(Square(), colors=[RED, BLUE], cycle_rate=3))
        self.wait(0.4)
