"""Pictures of the film itself."""

from manim import *


class OwnFrames(Scene):
    def construct(self):
        self.play(FadeIn(Square()), run_time=0.3)
        for side in (LEFT, RIGHT):
            picture = ImageMobject(self.renderer.get_frame()).scale(0.3).shift(3 * side)
            self.play(FadeIn(picture), run_time=0.3)
        self.wait(0.2)
