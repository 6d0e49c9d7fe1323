"""Sections, one of which is not shown."""

from manim import *


class Sections(Scene):
    def construct(self):
        dot = Dot()
        self.next_section("first")
        self.play(FadeIn(dot), run_time=0.3)
        self.next_section("skipped", skip_animations=True)
        self.play(dot.animate.shift(UP), run_time=0.4)
        self.wait(0.2)
        self.next_section("turning", "presentation.loop")
        self.play(dot.animate.shift(LEFT), run_time=0.4)
        self.next_section("empty")
