"""Animations that run by themselves."""

from manim import *


class AnimationsAsUpdaters(Scene):
    def construct(self):
        a, b = Square().shift(LEFT), Circle().shift(2 * RIGHT)
        turn_animation_into_updater(Rotate(a, PI, run_time=0.5))
        cycle_animation(Indicate(b, run_time=0.3))
        self.add(a, b)
        self.wait(0.6)
        self.play(FadeIn(Dot()), run_time=0.4)
