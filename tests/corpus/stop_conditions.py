"""Waits that end by themselves."""

from manim import *


class StopConditions(Scene):
    def construct(self):
        clock = ValueTracker().add_updater(lambda c, dt: c.increment_value(dt))
        self.add(clock, Dot().add_updater(lambda d: d.set_x(clock.get_value())))
        self.wait(2, stop_condition=lambda: clock.get_value() > 0.4)
        self.wait_until(lambda: clock.get_value() > 0.8, max_time=3)
        self.play(FadeIn(Square()), run_time=0.3)
