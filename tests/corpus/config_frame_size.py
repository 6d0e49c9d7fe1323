"""The file sets sizes by other names."""

from manim import *

config.frame_size = 160, 90
config.frame_x_radius = 4


class ConfigFrameSize(Scene):
    def construct(self):
        self.add(Square(6), Line(7 * LEFT, 7 * RIGHT))
        self.play(FadeIn(Circle(fill_opacity=0.5)), run_time=0.3)
        self.play(
            Create(Rectangle(width=config.frame_width, height=config.frame_height)), run_time=0.3
        )
