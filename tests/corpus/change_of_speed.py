"""A play that slows down."""

from manim import *


class ChangeOfSpeed(Scene):
    def construct(self):
        dot, other = Dot(3 * LEFT), Dot(3 * LEFT + UP)
        ChangeSpeed.add_updater(other, lambda d, dt: d.shift(dt * RIGHT))
        self.add(dot, other)
        moves = dot.animate.shift(6 * RIGHT)
        self.play(ChangeSpeed(moves, speedinfo={0.3: 1, 0.5: 0.2, 1: 1}))
        self.wait(0.3)
