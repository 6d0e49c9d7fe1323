"""Pictures of the film itself."""

from manim import *


class OwnFrames(Scene):
    def construct(self):
        self.play(FadeIn(Square()), run_time=0.3)
        pictures = self.renderer.get_frame, lambda: np.array(self.camera.get_image())
        for side, picture in zip((LEFT, RIGHT), pictures, strict=True):
            small = ImageMobject(picture()).scale(0.3).shift(3 * side)
            self.play(FadeIn(small), run_time=0.3)
        self.wait(0.2)
