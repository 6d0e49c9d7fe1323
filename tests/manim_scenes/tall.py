"""A file that says itself what its picture is like."""

from manim import BLACK, WHITE, Create, Scene, Square, config

config.background_color = WHITE
config.pixel_width, config.pixel_height = 90, 160
config.frame_width, config.frame_height = 4.5, 8
config.frame_rate = 10


class Tall(Scene):
    def construct(self) -> None:
        self.play(Create(Square(color=BLACK)))
