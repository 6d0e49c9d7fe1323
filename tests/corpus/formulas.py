"""Formulas by Typst, twice the same."""

from manim import *


class Formulas(Scene):
    def construct(self):
        formula = MathTypst("a/b + sqrt(x)", font_size=144)
        self.add(formula)
        self.wait(0.2)
        self.play(FadeIn(MathTypst("a/b", font_size=144).shift(2 * DOWN)), run_time=0.3)
        self.play(Write(Typst("A line of *Typst*.", color=ORANGE).shift(2 * UP)), run_time=0.4)
        self.play(Transform(formula, MathTypst("a/b", font_size=144)), run_time=0.3)
