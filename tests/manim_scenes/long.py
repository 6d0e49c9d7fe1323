"""Scenes for segments: what a part of a film needs to know of what came before it."""

import os
import random

import numpy as np
from manim import (
    LEFT,
    RIGHT,
    UP,
    AnimationGroup,
    Circle,
    Dot,
    FadeIn,
    FadeOut,
    Indicate,
    MovingCameraScene,
    Scene,
    Square,
    Succession,
    TracedPath,
    UpdateFromAlphaFunc,
    UpdateFromFunc,
    VGroup,
)


class Long(MovingCameraScene):
    """One of each kind of motion"""

    def construct(self) -> None:
        square, dot = Square(fill_opacity=0.5), Dot()
        self.play(FadeIn(square), run_time=0.7)
        dot.add_updater(lambda d, dt: d.shift((1 + d.get_x() ** 2) * dt * RIGHT / 3))
        trace = TracedPath(dot.get_center)
        self.add(dot, trace)
        self.wait(0.5)
        self.play(square.animate.rotate(1).set_fill(opacity=1), run_time=3.1)
        dot.clear_updaters()
        self.wait(1)
        self.play(Succession(FadeIn(Circle()), Indicate(square), dot.animate.shift(UP)))
        random_dots = VGroup(Dot(np.append(np.random.uniform(-2, 2, 2), 0)) for _ in range(3))
        self.play(AnimationGroup(*(FadeIn(d) for d in random_dots), lag_ratio=0.4))
        self.play(UpdateFromFunc(dot, lambda d: d.shift(0.1 * LEFT)), run_time=0.5)
        self.play(self.camera.frame.animate.scale(0.8).shift(random.random() * LEFT))
        self.play(FadeOut(*self.mobjects), run_time=0.4)


class Chance(Scene):
    """Not the same twice"""

    def construct(self) -> None:
        dot = Dot().shift(os.urandom(1)[0] / 100 * RIGHT)
        self.play(FadeIn(dot), run_time=2)
        self.play(dot.animate.shift(UP), run_time=2)


class Drifting(Scene):
    """Its plan does not show that it is not the same twice"""

    def construct(self) -> None:
        square = Square()
        square.add_updater(lambda s: s.shift(0.01 * RIGHT))  # as often as it is looked at
        self.add(square)
        for _ in range(2):
            self.play(FadeIn(Dot()), run_time=2)


class Fails(Scene):
    """Goes wrong in the middle of a play, where no dry pass looks"""

    def construct(self) -> None:
        def check(dot: Dot, alpha: float) -> None:
            if 0.5 < alpha < 0.6:
                raise ValueError("the middle is closed")

        self.play(UpdateFromAlphaFunc(Dot(), check), run_time=5)


class Endless(Scene):
    def construct(self) -> None:
        while True:
            self.wait()
