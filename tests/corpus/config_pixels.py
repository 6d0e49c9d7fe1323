"""The file sets pixels alone, upright."""

from manim import *

config.pixel_width, config.pixel_height = 120, 214


class ConfigPixels(Scene):
    def construct(self):
        self.add(Square(6), Line(7 * LEFT, 7 * RIGHT))
        self.play(FadeIn(Circle(fill_opacity=0.5)), run_time=0.3)
        self.play(
            Create(Rectangle(width=config.frame_width, height=config.frame_height)), run_time=0.3
        )
