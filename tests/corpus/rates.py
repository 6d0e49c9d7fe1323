"""How time goes in a play."""

from manim import *


class Rates(Scene):
    def construct(self):
        names = [
            linear,
            there_and_back,
            rush_into,
            rate_functions.ease_out_bounce,
            wiggle,
            double_smooth,
        ]
        dots = [Dot(3 * LEFT + (i - 2) * UP) for i in range(len(names))]
        moves = [d.animate(rate_func=f).shift(6 * RIGHT) for d, f in zip(dots, names, strict=True)]
        self.play(*moves, run_time=1)
        self.play(dots[0].animate(rate_func=lambda t: t**3, run_time=0.33).shift(UP), Wait(0.5))
