"""What construct sets counts for what is made later, and not for the camera."""

from manim import *


class ConfigInConstruct(Scene):
    def construct(self):
        config.background_color = RED
        config.frame_width = 4
        self.add(Rectangle(width=config.frame_width))
        self.play(FadeIn(Circle()), run_time=0.3)
        with tempconfig({"frame_height": 2}):
            self.play(FadeIn(Square(config.frame_height)), run_time=0.3)
        self.play(FadeIn(FullScreenRectangle()), run_time=0.3)
