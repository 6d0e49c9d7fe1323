"""Animations after and within one another."""

from manim import *


class Groups(Scene):
    def construct(self):
        dots = VGroup(*(Dot(i * RIGHT) for i in range(-3, 4)))
        self.play(LaggedStart(*(FadeIn(d, shift=UP) for d in dots), lag_ratio=0.3), run_time=0.6)
        self.play(LaggedStartMap(Rotate, dots, angle=PI, about_point=ORIGIN), run_time=0.5)
        self.play(Succession(dots.animate.shift(UP), Wait(0.2), FadeOut(dots[0])), run_time=0.7)
        self.play(AnimationGroup(dots[1].animate.scale(3), FadeIn(Square()), lag_ratio=0.5))
