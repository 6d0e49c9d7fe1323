"""What points at a mobject."""

from manim import *


class Indication(Scene):
    def construct(self):
        square = Square(fill_opacity=0.3).set_color([BLUE, RED])
        line = Line(3 * LEFT, 3 * RIGHT).shift(DOWN)
        self.add(square, line)
        self.play(Indicate(square), Flash(UP), FocusOn(square), run_time=0.5)
        self.play(Circumscribe(square), ShowPassingFlash(line.copy().set_color(RED)), run_time=0.5)
        self.play(Wiggle(square), ApplyWave(line), run_time=0.5)
        self.play(Circumscribe(line, fade_out=True), Blink(square, blinks=1), run_time=0.4)
