"""What lies before what."""

from manim import *


class StageOrder(Scene):
    def construct(self):
        red, blue = Square(color=RED, fill_opacity=1), Circle(color=BLUE, fill_opacity=1)
        green = Triangle(color=GREEN, fill_opacity=1).set_z_index(1)
        self.add(green, red, blue)
        self.add_foreground_mobject(Dot(UR, radius=0.3))
        self.play(red.animate.set_z_index(2).shift(RIGHT), run_time=0.4)
        self.bring_to_back(blue)
        self.play(green.animate.shift(LEFT), run_time=0.3)
        self.replace(red, Square(0.5))
        self.wait(0.2)
        self.clear()
        self.play(FadeIn(Dot()), run_time=0.2)
