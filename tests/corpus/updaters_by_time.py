"""Updaters that count seconds."""

from manim import *


class UpdatersByTime(Scene):
    def construct(self):
        dot, square = Dot(2 * LEFT), Square()
        dot.add_updater(lambda d, dt: d.shift((1 + d.get_x() ** 2) * dt * RIGHT))
        self.add(dot, square)
        self.wait(0.5)
        self.play(square.animate.rotate(1), run_time=0.4)
        dot.suspend_updating()
        self.play(FadeOut(square), run_time=0.3)
        dot.resume_updating()
        self.wait(0.4)
