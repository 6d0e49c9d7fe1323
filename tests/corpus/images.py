"""Pictures made of numbers."""

from manim import *


def picture(seed):
    return np.random.default_rng(seed).integers(0, 255, (12, 18, 4), dtype=np.uint8)


class Images(Scene):
    def construct(self):
        sharp = ImageMobject(picture(0)).set_resampling_algorithm(RESAMPLING_ALGORITHMS["nearest"])
        soft, grey = ImageMobject(picture(1)).scale(9), ImageMobject(np.uint8([[0, 99], [255, 9]]))
        self.add(sharp.scale(20), soft.shift(3 * RIGHT), grey.scale(30).shift(4 * LEFT))
        self.play(
            sharp.animate.rotate(0.4), soft.animate.shift(RIGHT).set_opacity(0.5), run_time=0.4
        )
        soft.pixel_array[:5] = 0
        self.play(FadeOut(sharp), grey.animate.scale(0.3), FadeIn(Square(4)), run_time=0.4)
