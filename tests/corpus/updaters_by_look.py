"""An updater that turns its mobject each time it is asked."""

from manim import *


class UpdatersByLook(Scene):
    def construct(self):
        square, circle = Square(), Circle().shift(2 * RIGHT)
        square.add_updater(lambda m: m.rotate(0.05))
        self.add(square, circle)
        self.play(circle.animate.shift(UP), run_time=0.4)
        self.wait(0.4)
        self.play(circle.animate.shift(DOWN), run_time=0.4)
        self.wait(0.3)
        self.play(FadeOut(circle), run_time=0.3)
