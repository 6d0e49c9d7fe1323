"""Scenes for segments: what a part of a film needs to know of what came before it."""

import os
import random
import time

import numpy as np
from manim import (
    LEFT,
    RIGHT,
    UP,
    Animation,
    AnimationGroup,
    Circle,
    Dot,
    FadeIn,
    FadeOut,
    Indicate,
    MovingCameraScene,
    Rotate,
    Scene,
    Square,
    Succession,
    TracedPath,
    UpdateFromFunc,
    VGroup,
)

from mlanim.stage.text.texts import Text


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
        dot = Dot().shift(int.from_bytes(os.urandom(4), "big") / 2**31 * RIGHT)
        self.play(FadeIn(dot), run_time=2)
        self.play(dot.animate.shift(UP), run_time=2)


class Strewing(Scene):
    """Leaves a dot with each frame that is drawn, so that what follows costs more"""

    def construct(self) -> None:
        leave = self.add

        class Strewer(Square):
            def get_fill_rgbas(self) -> np.ndarray:
                leave(Dot(self.get_center()))
                return super().get_fill_rgbas()

        strewer, squares = Strewer(), VGroup(Square() for _ in range(40))
        for side in (LEFT, RIGHT, LEFT, RIGHT):
            self.play(strewer.animate.move_to(2 * side), Rotate(squares), run_time=4)


class Left(Scene):
    """Leaves a dot with each frame, by an animation of its own"""

    def construct(self) -> None:
        leave = self.add

        class Strew(Animation):
            def interpolate_mobject(self, alpha: float) -> None:
                self.mobject.move_to((4 * alpha - 2) * RIGHT)
                leave(Dot(self.mobject.get_center()))

        for _ in range(3):
            self.play(Strew(Square()), run_time=1)


class Shorter(Scene):
    """Shorter for everyone but the first who runs it"""

    def construct(self) -> None:
        squares = VGroup(Square() for _ in range(40))
        try:
            os.mkdir(os.environ["RAN"])
            plays = 6
        except FileExistsError:
            plays = 4
        for _ in range(plays):
            self.play(Rotate(squares), run_time=3)


class Drifting(Scene):
    """Goes on with each frame, without a clock"""

    def construct(self) -> None:
        square = Square()
        square.add_updater(lambda s: s.shift(0.01 * RIGHT))
        self.add(square)
        for _ in range(2):
            self.play(FadeIn(Dot()), run_time=2)


class Shy(Square):
    """Goes wrong in its own way when it is drawn on its way, which no dry pass does"""

    def __init__(self, number: int):
        super().__init__()
        self.number = number

    def get_fill_rgbas(self) -> np.ndarray:
        if len(self.points) and 0.4 < self.get_x() < 0.9:
            while self.number == 0:
                time.sleep(1)
            if self.number == 2:
                raise ValueError("the third is closed")
        return super().get_fill_rgbas()


class Third(Scene):
    """Of its five plays, the first has no end once it is drawn, and the third fails"""

    def construct(self) -> None:
        for number in range(5):
            shy = Shy(number)
            self.play(shy.animate.shift(RIGHT), run_time=1)
            self.remove(shy)


class Many(Scene):
    """So many plays that not each of them has a branch"""

    def construct(self) -> None:
        square = Square()
        for number in range(150):
            self.play(square.animate.shift(((-1) ** number) * RIGHT), run_time=0.3)


class Worded(Scene):
    """Sets text, as it goes and by the clock of a play"""

    def construct(self) -> None:
        for number in range(8):
            word, square = Text(f"word {number}"), Square()
            self.play(FadeIn(word), square.animate.shift(RIGHT), run_time=1)
            self.remove(word)


class Reading(Scene):
    """Reads on in an open file as it goes, a byte at a time"""

    def construct(self) -> None:
        square = Square()
        with open(os.environ["LINES"], "rb", buffering=0) as file:
            while file.read(2):
                self.play(square.animate.shift(RIGHT / 2), run_time=1)


class Endless(Scene):
    def construct(self) -> None:
        while True:
            self.wait()
