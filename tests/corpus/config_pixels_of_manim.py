"""The file sets values of which one is Manim's own."""

from manim import *

config.pixel_width, config.pixel_height = 214, 160
config["frame_height"] = 8.0


class ConfigPixelsOfManim(Scene):
    def construct(self):
        self.add(Square(6), Line(7 * LEFT, 7 * RIGHT))
        self.play(FadeIn(Circle(fill_opacity=0.5)), run_time=0.3)
        self.play(
            Create(Rectangle(width=config.frame_width, height=config.frame_height)), run_time=0.3
        )
