"""Updaters of the scene, and animations that are updaters."""

from manim import *


class UpdatersOfScenes(Scene):
    def construct(self):
        dot = Dot()
        self.add(dot)
        self.add_updater(step := lambda dt: dot.shift(2 * dt * RIGHT))
        self.wait(0.4)
        self.play(FadeIn(Square()), run_time=0.4)
        self.remove_updater(step)
        self.wait(0.3)
        self.add_updater(step := lambda dt: dot.shift(0.2 * DOWN))  # stands still in a wait
        self.wait(0.4)
        self.play(FadeOut(Square()), run_time=0.4)
        self.remove_updater(step)
        self.play(UpdateFromFunc(dot, lambda d: d.shift(0.1 * UP)), run_time=0.4)
        self.play(UpdateFromAlphaFunc(dot, lambda d, a: d.set_y(a)), run_time=0.4)
