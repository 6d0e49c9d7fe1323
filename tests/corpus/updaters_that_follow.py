"""What follows from a tracker."""

from manim import *


class UpdatersThatFollow(Scene):
    def construct(self):
        x, dot = ValueTracker(0), Dot()
        line = always_redraw(lambda: Line(DOWN, dot.get_center()))
        label = Square(0.3).add_updater(lambda m: m.next_to(dot, UP))
        dot.add_updater(lambda d: d.set_x(x.get_value()))
        self.add(dot, line, label)
        self.play(x.animate.set_value(2), run_time=0.4)
        self.play(x.animate.increment_value(-4), line.animate.set_color(RED), run_time=0.4)
        always_shift(square := Square(), RIGHT, rate=2)
        always_rotate(square, rate=1)
        self.add(square)
        self.wait(0.4)
