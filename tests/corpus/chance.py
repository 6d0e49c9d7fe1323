"""Chance that Manim seeds."""

import random

from manim import *


class Chance(Scene):
    def construct(self):
        places = [[random.uniform(-3, 3), np.random.uniform(-2, 2), 0] for _ in range(5)]
        self.add(*(Dot(place) for place in places))
        self.wait(0.2)
        self.play(self.mobjects[0].animate.shift(np.random.random() * UP), run_time=0.3)
        self.play(self.mobjects[1].animate.shift(random.random() * LEFT), run_time=0.3)
        self.play(FadeIn(Dot(color=random_color())), run_time=0.3)
